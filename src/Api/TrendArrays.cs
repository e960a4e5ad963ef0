using System.Text.Json.Serialization;
using Sentiment.Domain.Trends;

namespace Sentiment.Api;

/// <summary>
/// A trend as parallel arrays, one place a bar, in the manner of TradingView's universal data feed: <c>s</c> is <c>ok</c> or
/// <c>no_data</c>, <c>t</c> seconds since 1970; null where a bar has no such number.
/// </summary>
/// <remarks>The format: https://www.tradingview.com/charting-library-docs/latest/connecting_data/UDF (history).</remarks>
public sealed record TrendArrays
{
    /// <summary><c>ok</c>, or <c>no_data</c> where there is no bar.</summary>
    [JsonPropertyName("s")]
    public required string Status { get; init; }

    /// <summary>What is shown.</summary>
    public required TrendHead Trend { get; init; }

    /// <summary>When each bar begins, in seconds since 1970.</summary>
    [JsonPropertyName("t")]
    public required IReadOnlyList<long> Times { get; init; }

    /// <summary>Items of each bar.</summary>
    public required IReadOnlyList<long> N { get; init; }

    /// <summary>The mean scores; null: not enough items.</summary>
    public required IReadOnlyList<decimal?> Mean { get; init; }

    /// <summary>The lower ends of their 95 % confidence intervals.</summary>
    public required IReadOnlyList<decimal?> MeanLow { get; init; }

    /// <summary>The upper ends.</summary>
    public required IReadOnlyList<decimal?> MeanHigh { get; init; }

    /// <summary>The lowest scores.</summary>
    public required IReadOnlyList<decimal?> Min { get; init; }

    /// <summary>The highest scores.</summary>
    public required IReadOnlyList<decimal?> Max { get; init; }

    /// <summary>The earliest scores.</summary>
    public required IReadOnlyList<decimal?> First { get; init; }

    /// <summary>The latest scores.</summary>
    public required IReadOnlyList<decimal?> Last { get; init; }

    /// <summary>Positive items.</summary>
    public required IReadOnlyList<long> Positive { get; init; }

    /// <summary>Negative items; the others are neutral.</summary>
    public required IReadOnlyList<long> Negative { get; init; }

    /// <summary>Items of each source that has any.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<long>> Sources { get; init; }

    /// <summary>What stands out: 1 sentiment, 2 volume, 3 both, 0 neither.</summary>
    public required IReadOnlyList<int> Spikes { get; init; }

    /// <summary>Opening prices; this and the next four are left out where there are no prices.</summary>
    [JsonPropertyName("o")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<decimal?>? Open { get; init; }

    /// <summary>Highest prices.</summary>
    [JsonPropertyName("h")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<decimal?>? High { get; init; }

    /// <summary>Lowest prices.</summary>
    [JsonPropertyName("l")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<decimal?>? Low { get; init; }

    /// <summary>Closing prices.</summary>
    [JsonPropertyName("c")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<decimal?>? Close { get; init; }

    /// <summary>Volumes.</summary>
    [JsonPropertyName("v")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<decimal?>? Volume { get; init; }

    /// <summary>As read.</summary>
    public static TrendArrays Of(TrendHead head, IReadOnlyList<TrendBar> bars)
    {
        ArgumentNullException.ThrowIfNull(bars);
        List<decimal?> Scores(Func<Bucket, int> score) => [.. bars.Select(b => b.Scores is { } scores ? ProbabilitiesDocument.Millionths(score(scores)) : (decimal?)null)];
        List<decimal?>? Prices(Func<Domain.Prices.PriceSpan, decimal?> price) => bars.All(b => b.Price is null) ? null : [.. bars.Select(b => b.Price is { } p ? price(p) : null)];
        return new()
        {
            Status = bars.Count == 0 ? "no_data" : "ok",
            Trend = head,
            Times = [.. bars.Select(b => b.Minute * 60)],
            N = [.. bars.Select(b => b.Scores?.Count ?? 0)],
            Mean = [.. bars.Select(b => b.Mean?.Mean)],
            MeanLow = [.. bars.Select(b => b.Mean?.Low)],
            MeanHigh = [.. bars.Select(b => b.Mean?.High)],
            Min = Scores(s => s.Low),
            Max = Scores(s => s.High),
            First = Scores(s => s.First!.Score),
            Last = Scores(s => s.Last!.Score),
            Positive = [.. bars.Select(b => b.Scores?.Positive ?? 0)],
            Negative = [.. bars.Select(b => b.Scores?.Negative ?? 0)],
            Sources = bars.SelectMany(b => b.Sources.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToDictionary(
                source => source, source => (IReadOnlyList<long>)[.. bars.Select(b => b.Sources.GetValueOrDefault(source))], StringComparer.Ordinal),
            Spikes = [.. bars.Select(b => (int)b.Spikes)],
            Open = Prices(p => p.Open),
            High = Prices(p => p.High),
            Low = Prices(p => p.Low),
            Close = Prices(p => p.Close),
            Volume = Prices(p => p.Volume),
        };
    }
}
