using System.Text.Json.Serialization;
using Sentiment.Domain.Scoring;

namespace Sentiment.Domain.Trends;

/// <summary>A minute, or more, of a series of scores: integer sums, so that any order of merging gives the same bytes.</summary>
/// <remarks>Its properties and those of <see cref="Mark"/> can be set, for that is how JSON is read fastest: trends read thousands at a time.</remarks>
public sealed class Bucket
{
    /// <summary>Where it begins, in minutes since 1970 UTC.</summary>
    [JsonPropertyName("m")]
    public long Minute { get; set; }

    /// <summary>Scores counted.</summary>
    [JsonPropertyName("n")]
    public long Count { get; set; }

    /// <summary>Of them negative.</summary>
    [JsonPropertyName("a")]
    public long Negative { get; set; }

    /// <summary>Of them positive.</summary>
    [JsonPropertyName("p")]
    public long Positive { get; set; }

    /// <summary>Sum of scores in millionths.</summary>
    [JsonPropertyName("t")]
    public long Sum { get; set; }

    /// <summary>Sum of the scores' squares, in millionths of millionths.</summary>
    [JsonPropertyName("q")]
    public Int128 Squares { get; set; }

    /// <summary>Lowest score in millionths.</summary>
    [JsonPropertyName("l")]
    public int Low { get; set; } = int.MaxValue;

    /// <summary>Highest score in millionths.</summary>
    [JsonPropertyName("h")]
    public int High { get; set; } = int.MinValue;

    /// <summary>The earliest score.</summary>
    [JsonPropertyName("f")]
    public Mark? First { get; set; }

    /// <summary>The latest score.</summary>
    [JsonPropertyName("z")]
    public Mark? Last { get; set; }

    /// <summary>Counts one score in.</summary>
    public void Add(DateTimeOffset publishedAt, string itemId, Probabilities probabilities)
    {
        var score = probabilities.Score;
        Count++;
        Negative += probabilities.Label == SentimentLabel.Negative ? 1 : 0;
        Positive += probabilities.Label == SentimentLabel.Positive ? 1 : 0;
        Sum += score;
        Squares += (Int128)score * score;
        Low = Math.Min(Low, score);
        High = Math.Max(High, score);
        var mark = new Mark(publishedAt.UtcTicks, itemId, score);
        First = Mark.Earlier(First, mark);
        Last = Mark.Later(Last, mark);
    }

    /// <summary>Adds another bucket of the same series and time.</summary>
    public void Merge(Bucket other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Count += other.Count;
        Negative += other.Negative;
        Positive += other.Positive;
        Sum += other.Sum;
        Squares += other.Squares;
        Low = Math.Min(Low, other.Low);
        High = Math.Max(High, other.High);
        First = Mark.Earlier(First, other.First);
        Last = Mark.Later(Last, other.Last);
    }

    /// <summary>The start of the span of a length that a minute falls into; spans are counted from 1970.</summary>
    /// <param name="minute">The minute.</param>
    /// <param name="minutes">The length.</param>
    public static long StartOf(long minute, int minutes) => minute - (((minute % minutes) + minutes) % minutes);

    /// <summary>The minute a time falls into.</summary>
    public static long MinuteOf(DateTimeOffset time) =>
        (time.UtcTicks / TimeSpan.TicksPerMinute) - (DateTimeOffset.UnixEpoch.Ticks / TimeSpan.TicksPerMinute);
}

/// <summary>A score at a time; ties in time break by item id.</summary>
public sealed record Mark
{
    /// <summary>Of nothing, for who reads JSON.</summary>
    public Mark()
    {
    }

    /// <summary>A score at a time.</summary>
    /// <param name="ticks">UTC ticks.</param>
    /// <param name="item">The item's id.</param>
    /// <param name="score">In millionths.</param>
    public Mark(long ticks, string item, int score) => (Ticks, Item, Score) = (ticks, item, score);

    /// <summary>UTC ticks.</summary>
    [JsonPropertyName("t")]
    public long Ticks { get; set; }

    /// <summary>The item's id.</summary>
    [JsonPropertyName("i")]
    public string Item { get; set; } = "";

    /// <summary>In millionths.</summary>
    [JsonPropertyName("s")]
    public int Score { get; set; }

    internal static Mark? Earlier(Mark? a, Mark? b) => a is null ? b : b is null ? a : Compare(a, b) <= 0 ? a : b;

    internal static Mark? Later(Mark? a, Mark? b) => a is null ? b : b is null ? a : Compare(a, b) >= 0 ? a : b;

    private static int Compare(Mark a, Mark b) => a.Ticks != b.Ticks ? a.Ticks.CompareTo(b.Ticks) : string.CompareOrdinal(a.Item, b.Item);
}
