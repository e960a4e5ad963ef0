using System.Text.Json.Serialization;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;

namespace Sentiment.Domain.Metrics;

/// <summary>Scores by label.</summary>
/// <param name="Count">Items.</param>
/// <param name="Positive">Of them positive.</param>
/// <param name="Negative">Of them negative.</param>
/// <param name="Sum">Of their scores, in millionths.</param>
public sealed record LabelTotals(long Count, long Positive, long Negative, long Sum)
{
    /// <summary>Nothing.</summary>
    public static LabelTotals None { get; } = new(0, 0, 0, 0);

    /// <summary>Both together.</summary>
    public static LabelTotals operator +(LabelTotals a, LabelTotals b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        return new(a.Count + b.Count, a.Positive + b.Positive, a.Negative + b.Negative, a.Sum + b.Sum);
    }

    /// <summary>Both together.</summary>
    public static LabelTotals Add(LabelTotals left, LabelTotals right) => left + right;
}

/// <summary>A minute in which items were published.</summary>
/// <param name="Minute">Minutes since 1970 UTC.</param>
/// <param name="Count">How many.</param>
internal sealed record MinuteCount([property: JsonPropertyName("m")] long Minute, [property: JsonPropertyName("n")] long Count);

/// <summary>A symbol whose mean score has changed.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="Mean">Its mean over the last 24 hours, in millionths.</param>
/// <param name="Count">Of so many items.</param>
/// <param name="MeanBefore">Its mean over the 24 hours before, in millionths.</param>
/// <param name="CountBefore">Of so many items.</param>
public sealed record Mover(string Symbol, long Mean, long Count, long MeanBefore, long CountBefore);

/// <summary>A run as one tenant sees it.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Status">How the tenant's part ended.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="StartedAt">When the run started; null where its id does not say.</param>
/// <param name="EndedAt">When the tenant's part ended.</param>
/// <param name="Accepted">New records.</param>
/// <param name="Sources">How far the run's tables were known then.</param>
public sealed record LastRun(
    string Run, WorkStatus Status, string? Reason, DateTimeOffset? StartedAt, DateTimeOffset EndedAt, long Accepted, IReadOnlyList<SourceStanding> Sources);

/// <summary>What a tenant's dashboard shows, as the end of a table left it.</summary>
/// <param name="At">When it was counted; what is said of minutes and movers counts from there.</param>
internal sealed record MetricsRow(DateTimeOffset At)
{
    /// <summary>Totals of each day that has bars.</summary>
    public SortedDictionary<string, LabelTotals> Days { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Minutes of the last day and a bit that have items, in order.</summary>
    public IReadOnlyList<MinuteCount> Minutes { get; init; } = [];

    /// <summary>Symbols with the greatest changes, greatest first.</summary>
    public IReadOnlyList<Mover> Movers { get; init; } = [];

    /// <summary>Symbols with items in the last 24 hours.</summary>
    public int Symbols { get; init; }

    /// <summary>The tenant's sources.</summary>
    public IReadOnlyList<SourceStanding> Sources { get; init; } = [];
}
