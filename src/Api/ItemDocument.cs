using System.Text.Json;
using System.Text.Json.Serialization;
using Sentiment.Domain.Items;
using Sentiment.Domain.Scoring;

namespace Sentiment.Api;

/// <summary>Class probabilities to six decimals.</summary>
/// <param name="Positive">Good news.</param>
/// <param name="Neutral">Neither.</param>
/// <param name="Negative">Bad news.</param>
public sealed record ProbabilitiesDocument(decimal Positive, decimal Neutral, decimal Negative)
{
    /// <summary>From millionths.</summary>
    public static ProbabilitiesDocument Of(Probabilities p) => new(Millionths(p.Positive), Millionths(p.Neutral), Millionths(p.Negative));

    internal static decimal Millionths(int value) => value / 1_000_000m;
}

/// <summary>An item as the outside sees it.</summary>
/// <param name="Id">32 hex digits.</param>
/// <param name="Source">The table.</param>
/// <param name="SourceId">The vendor's id.</param>
/// <param name="Symbols">Every watched symbol it came under.</param>
/// <param name="Title">What was scored.</param>
/// <param name="Url">An absolute http or https link, or null.</param>
/// <param name="PublishedAt">UTC.</param>
/// <param name="Label"><c>positive</c>, <c>neutral</c> or <c>negative</c>.</param>
/// <param name="Score">p(positive) − p(negative).</param>
/// <param name="Probabilities">Class probabilities.</param>
/// <param name="Model">name@hash8.</param>
public sealed record ItemDocument(
    string Id, string Source, string SourceId, IReadOnlyList<string> Symbols, string Title, string? Url, DateTimeOffset PublishedAt,
    string Label, decimal Score, ProbabilitiesDocument Probabilities, string Model)
{
    /// <summary>The vendor's own score, −1 to 1; left out where it gave none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? VendorScore { get; init; }

    /// <summary>Symbol → how much the text is about it, as the vendor says, 0 to 1; left out where it did not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, decimal>? Relevance { get; init; }

    /// <summary>The vendor's tags; left out where it gave none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>As stored.</summary>
    public static ItemDocument Of(Item item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var p = item.Probabilities;
        return new(
            item.Id, item.Table, item.SourceId, item.Symbols, item.Title, item.Url, item.PublishedAt.ToUniversalTime(),
            p.Label.ToString().ToLowerInvariant(), ProbabilitiesDocument.Millionths(p.Score), ProbabilitiesDocument.Of(p), item.Model)
        {
            VendorScore = item.VendorScore is { } score ? ProbabilitiesDocument.Millionths(score) : null,
            Relevance = item.Relevance?.ToDictionary(r => r.Key, r => ProbabilitiesDocument.Millionths(r.Value), StringComparer.Ordinal),
            Tags = item.Tags,
        };
    }

    /// <summary>One JSON line.</summary>
    public static ReadOnlyMemory<byte> Line(Item item) =>
        (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(Of(item), ItemJson.Default.ItemDocument), (byte)'\n'];
}

/// <summary>How items and scores are written.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(ItemDocument))]
[JsonSerializable(typeof(ScoreDocument))]
public sealed partial class ItemJson : JsonSerializerContext;

/// <summary>A scored text.</summary>
/// <param name="Text">The text.</param>
/// <param name="Label"><c>positive</c>, <c>neutral</c> or <c>negative</c>.</param>
/// <param name="Score">p(positive) − p(negative).</param>
/// <param name="Probabilities">Class probabilities.</param>
/// <param name="Model">name@hash8.</param>
public sealed record ScoreDocument(string Text, string Label, decimal Score, ProbabilitiesDocument Probabilities, string Model)
{
    /// <summary>From a score.</summary>
    public static ScoreDocument Of(string text, Probabilities p, string model) => new(
        text, p.Label.ToString().ToLowerInvariant(), ProbabilitiesDocument.Millionths(p.Score), ProbabilitiesDocument.Of(p), model);
}
