namespace Sentiment.Simulator.Feed;

/// <summary>One record of a vendor's feed as one symbol sees it, before it takes the vendor's wire format.</summary>
internal sealed class FeedItem
{
    /// <summary>Seeds everything of the record that is not spelled out here.</summary>
    public required ulong Key { get; init; }

    public required long Id { get; init; }

    /// <summary>The symbol whose list this copy belongs to; the same record has one copy under each symbol.</summary>
    public required string Symbol { get; init; }

    /// <summary>Every symbol that the record is about, the asked one included.</summary>
    public required string[] Symbols { get; init; }

    public required DateTimeOffset CrawledAt { get; init; }

    public required DateTimeOffset PublishedAt { get; init; }

    /// <summary>Records with the same text key and naming symbol carry the same title.</summary>
    public required ulong TextKey { get; init; }

    /// <summary>The symbol that the title speaks of; null for market-wide texts, which repeat across symbols.</summary>
    public string? NamingSymbol { get; init; }

    public string? FixedTitle { get; init; }

    public BadKind Bad { get; init; }

    /// <summary>The serialised record, kept while the store's cache budget lasts.</summary>
    public byte[]? Serialised { get; set; }
}
