using System.Text;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Ingestion.Pages;

/// <summary>What makes a record valid: of a text an id, 1 to 64 KB and a date not more than 24 h ahead; of a bar see <see cref="PriceRules"/>.</summary>
public static class RecordRules
{
    /// <summary>The most bytes of UTF-8 in a text.</summary>
    public const int MaxTextBytes = 65_536;

    private const int MaxIdLength = 1024;

    /// <summary>How far ahead of the page's clock a date may be.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromHours(24);

    /// <summary>Why the record is not valid, or null if it is.</summary>
    /// <param name="record">The record.</param>
    /// <param name="fetchedAt">The page's clock.</param>
    public static string? Problem(SourceRecord record, DateTimeOffset fetchedAt)
    {
        if (record.Bar is { } bar)
        {
            return PriceRules.Problem(record, bar, fetchedAt);
        }

        if (string.IsNullOrWhiteSpace(record.SourceId))
        {
            return "id: missing";
        }

        if (record.SourceId.Length > MaxIdLength)
        {
            return $"id: at most {MaxIdLength} characters expected";
        }

        if (string.IsNullOrWhiteSpace(record.Title))
        {
            return "title: a text of 1 to 65,536 bytes expected, found none";
        }

        if (record.Title.Length > MaxTextBytes / 3 && Encoding.UTF8.GetByteCount(record.Title) is var bytes and > MaxTextBytes)
        {
            return $"title: a text of 1 to 65,536 bytes expected, found {bytes}";
        }

        return record.PublishedAt is not { } published ? "published date: missing or not readable"
            : published > fetchedAt + MaxAhead ? $"published date: {published.UtcDateTime:O} is more than 24 h ahead"
            : null;
    }

    /// <summary>Whether a valid record lies in the window.</summary>
    public static bool IsInWindow(SourceRecord record, CursorDate window, DateTimeOffset from, DateTimeOffset to)
    {
        var at = window == CursorDate.Crawled ? record.CrawledAt ?? record.PublishedAt!.Value : record.PublishedAt!.Value;
        return from <= at && at < to;
    }
}
