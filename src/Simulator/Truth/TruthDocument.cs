using Sentiment.Simulator.Feed;

namespace Sentiment.Simulator.Truth;

/// <summary>What a reader of some symbols should hold.</summary>
internal sealed record TruthDocument(TruthItem[] Items, BadRecord[] Bad, TruthCounts Counts)
{
    /// <summary>Bars of prices, which a table of texts has none of.</summary>
    public TruthBar[] Bars { get; init; } = [];
}

/// <summary>A bar whose period has ended; suspicious if it closed more than a tenth above or below the good one before it.</summary>
internal sealed record TruthBar(
    string Symbol,
    DateTimeOffset Time,
    decimal Open,
    decimal High,
    decimal Low,
    decimal Close,
    long Volume,
    bool IsSuspicious);

/// <summary>A good record, once, with those of the asked symbols that it stands under, and what a reader knows it by.</summary>
internal sealed record TruthItem(
    long Id,
    string[] Symbols,
    DateTimeOffset PublishedAt,
    DateTimeOffset CrawledAt,
    string Title,
    string SourceId);

/// <summary>A record that is broken on purpose; the id is null where the record carries none.</summary>
internal sealed record BadRecord(
    long? Id,
    string Symbol,
    BadKind Reason,
    string RawHash,
    DateTimeOffset PublishedAt,
    DateTimeOffset CrawledAt,
    string? SourceId);

/// <summary>How much the document holds.</summary>
internal sealed record TruthCounts(int Items, int Memberships, int Bad);
