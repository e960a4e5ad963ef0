using Sentiment.Domain.Prices;

namespace Sentiment.Domain.Trends;

/// <summary>What stands out in a bar, by a rolling mean and deviation of the bars before it.</summary>
[Flags]
public enum Spikes
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The mean score.</summary>
    Sentiment = 1,

    /// <summary>The number of items.</summary>
    Volume = 2,
}

/// <summary>Scores and prices of a span of time.</summary>
/// <param name="Minute">When it begins, in minutes since 1970 UTC.</param>
/// <param name="Scores">The scores of all sources; null: there are none.</param>
/// <param name="Mean">Their mean; null: there are not enough for one.</param>
/// <param name="Sources">How many of them each source gave.</param>
/// <param name="Price">The prices; null: there are none.</param>
/// <param name="Spikes">What stands out.</param>
public sealed record TrendBar(
    long Minute, Bucket? Scores, MeanEstimate? Mean, IReadOnlyDictionary<string, long> Sources, PriceSpan? Price, Spikes Spikes)
{
    /// <summary>When it begins.</summary>
    public DateTimeOffset Time => DateTimeOffset.UnixEpoch.AddMinutes(Minute);
}
