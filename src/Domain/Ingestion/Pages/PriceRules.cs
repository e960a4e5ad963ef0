using System.Globalization;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Ingestion.Pages;

/// <summary>What makes a bar valid, when it may be stored, and what is suspicious about it.</summary>
public static class PriceRules
{
    private const decimal Jump = 0.1m;

    /// <summary>Why the bar is not valid, or null if it is.</summary>
    /// <param name="record">The bar's record.</param>
    /// <param name="bar">The bar.</param>
    /// <param name="fetchedAt">The page's clock.</param>
    public static string? Problem(SourceRecord record, SourceBar bar, DateTimeOffset fetchedAt)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(bar);
        return record.PublishedAt is not { } start ? "date: missing or not readable"
            : start > fetchedAt + RecordRules.MaxAhead ? $"date: {start.UtcDateTime:O} is more than 24 h ahead"
            : Positive("open", bar.Open) ?? Positive("high", bar.High) ?? Positive("low", bar.Low) ?? Positive("close", bar.Close)
            ?? Range(bar.Open!.Value, bar.High!.Value, bar.Low!.Value, bar.Close!.Value)
            ?? (bar.HasVolume && bar.Volume is null or < 0 ? $"volume: a number of 0 or more expected, found {Spell(bar.Volume)}" : null);
    }

    /// <summary>
    /// Whether the bar's period had not ended when it was asked for: it would be stored half-made, so it is left to a later
    /// window.
    /// </summary>
    /// <param name="record">Any record.</param>
    /// <param name="fetchedAt">The page's clock.</param>
    public static bool IsRunning(SourceRecord record, DateTimeOffset fetchedAt)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record is { Bar: { } bar, PublishedAt: { } start } && start <= fetchedAt + RecordRules.MaxAhead && start + bar.Period > fetchedAt;
    }

    /// <summary>Whether a close lies more than a tenth above or below the one before it.</summary>
    public static bool IsJump(decimal previous, decimal close) => Math.Abs(close - previous) > previous * Jump;

    /// <summary>The closes of a page's valid bars, those outside its window too, by symbol and in order of time.</summary>
    internal static Dictionary<string, SortedList<DateTimeOffset, decimal>> Closes(IEnumerable<SourceRecord> records, DateTimeOffset fetchedAt)
    {
        var closes = new Dictionary<string, SortedList<DateTimeOffset, decimal>>(StringComparer.Ordinal);
        foreach (var bars in records.Where(r => r.Bar is not null && !IsRunning(r, fetchedAt) && RecordRules.Problem(r, fetchedAt) is null).GroupBy(r => r.Symbols[0], StringComparer.Ordinal))
        {
            closes.Add(bars.Key, new(bars.DistinctBy(r => r.PublishedAt).ToDictionary(r => r.PublishedAt!.Value, r => r.Bar!.Close!.Value)));
        }

        return closes;
    }

    private static string? Positive(string field, decimal? price) =>
        price > 0 ? null : $"{field}: a price above 0 expected, found {Spell(price)}";

    private static string? Range(decimal open, decimal high, decimal low, decimal close) =>
        Math.Max(low, Math.Max(open, close)) is var most && high < most ? $"high: at least {Spell(most)} expected, found {Spell(high)}"
        : Math.Min(open, close) is var least && low > least ? $"low: at most {Spell(least)} expected, found {Spell(low)}"
        : null;

    private static string Spell(decimal? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "none";
}
