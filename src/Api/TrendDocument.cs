using System.Text.Json.Serialization;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Trends;

namespace Sentiment.Api;

/// <summary>How far a source is known.</summary>
/// <param name="Source">The table.</param>
/// <param name="CoveredTo">Everything before it has been fetched; null: nothing yet.</param>
/// <param name="StaleSeconds">For how long it has not been known any further; null: it never was.</param>
/// <param name="IsMissing">Whether that is so long that what is shown lacks it.</param>
public sealed record SourceDocument(string Source, DateTimeOffset? CoveredTo, long? StaleSeconds, bool IsMissing)
{
    /// <summary>As it stands at a time.</summary>
    public static SourceDocument Of(SourceStanding standing, DateTimeOffset now, TimeSpan stale)
    {
        ArgumentNullException.ThrowIfNull(standing);
        return new(standing.Table, standing.CoveredTo, (long?)standing.StaleFor(now)?.TotalSeconds, standing.IsMissing(now, stale));
    }
}

/// <summary>What is shown, and of what it is made.</summary>
/// <param name="Symbol">The symbol; null: all items of the tenant.</param>
/// <param name="Resolution">How long a bar is.</param>
/// <param name="From">The start of the first bar there could be.</param>
/// <param name="To">Exclusive.</param>
/// <param name="AsOf">When it was read.</param>
/// <param name="LeastCount">Items below which a bar has no mean.</param>
/// <param name="PriceSource">The table that prices are from; null: there are none.</param>
/// <param name="Sources">The tenant's sources of texts, and how far each is known.</param>
public sealed record TrendHead(
    string? Symbol, string Resolution, DateTimeOffset From, DateTimeOffset To, DateTimeOffset AsOf, int LeastCount, string? PriceSource,
    IReadOnlyList<SourceDocument> Sources);

/// <summary>A trend as rows.</summary>
/// <param name="Head">What is shown.</param>
/// <param name="Bars">Bars that have items or prices, oldest first.</param>
public sealed record TrendDocument([property: JsonPropertyName("trend")] TrendHead Head, IReadOnlyList<TrendBarDocument> Bars);

/// <summary>A bar of scores and prices. What there is nothing of is left out.</summary>
/// <param name="Time">When it begins.</param>
/// <param name="N">Items.</param>
public sealed record TrendBarDocument(DateTimeOffset Time, long N)
{
    /// <summary>The mean score, −1 to 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Mean { get; init; }

    /// <summary>The lower end of the mean's 95 % confidence interval.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? MeanLow { get; init; }

    /// <summary>Its upper end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? MeanHigh { get; init; }

    /// <summary>True where there are items, but not enough for a mean.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NotEnough { get; init; }

    /// <summary>The lowest score.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Min { get; init; }

    /// <summary>The highest score.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Max { get; init; }

    /// <summary>The earliest score.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? First { get; init; }

    /// <summary>The latest score.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Last { get; init; }

    /// <summary>Items by label.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LabelsDocument? Labels { get; init; }

    /// <summary>Items by source.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, long>? Sources { get; init; }

    /// <summary>What stands out from the bars before: <c>sentiment</c>, <c>volume</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Spikes { get; init; }

    /// <summary>Prices.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PriceSpanDocument? Price { get; init; }

    /// <summary>As read.</summary>
    public static TrendBarDocument Of(TrendBar bar)
    {
        ArgumentNullException.ThrowIfNull(bar);
        var price = bar.Price is { } p ? new PriceSpanDocument(p.Open, p.High, p.Low, p.Close, p.Volume) : null;
        if (bar.Scores is not { } scores)
        {
            return new(bar.Time, 0) { Price = price, Spikes = Names(bar.Spikes) };
        }

        return new(bar.Time, scores.Count)
        {
            Mean = bar.Mean?.Mean,
            MeanLow = bar.Mean?.Low,
            MeanHigh = bar.Mean?.High,
            NotEnough = bar.Mean is null,
            Min = ProbabilitiesDocument.Millionths(scores.Low),
            Max = ProbabilitiesDocument.Millionths(scores.High),
            First = ProbabilitiesDocument.Millionths(scores.First!.Score),
            Last = ProbabilitiesDocument.Millionths(scores.Last!.Score),
            Labels = LabelsDocument.Of(scores),
            Sources = bar.Sources,
            Spikes = Names(bar.Spikes),
            Price = price,
        };
    }

    private static List<string>? Names(Spikes spikes)
    {
        var names = new List<string>();
        if (spikes.HasFlag(Domain.Trends.Spikes.Sentiment))
        {
            names.Add("sentiment");
        }

        if (spikes.HasFlag(Domain.Trends.Spikes.Volume))
        {
            names.Add("volume");
        }

        return names.Count == 0 ? null : names;
    }
}

/// <summary>Items by label.</summary>
/// <param name="Positive">Good news.</param>
/// <param name="Neutral">Neither.</param>
/// <param name="Negative">Bad news.</param>
public sealed record LabelsDocument(long Positive, long Neutral, long Negative)
{
    /// <summary>As counted.</summary>
    public static LabelsDocument Of(Bucket bucket)
    {
        ArgumentNullException.ThrowIfNull(bucket);
        return new(bucket.Positive, bucket.Count - bucket.Positive - bucket.Negative, bucket.Negative);
    }
}

/// <summary>Prices over a bar, as the vendor wrote them.</summary>
/// <param name="Open">The first.</param>
/// <param name="High">The highest.</param>
/// <param name="Low">The lowest.</param>
/// <param name="Close">The last.</param>
/// <param name="Volume">How much was traded; null where not all of it was told.</param>
public sealed record PriceSpanDocument(decimal Open, decimal High, decimal Low, decimal Close, decimal? Volume);
