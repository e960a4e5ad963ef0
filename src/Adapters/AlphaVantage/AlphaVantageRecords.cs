using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.AlphaVantage;

/// <summary>Reads the articles of a NEWS_SENTIMENT answer, with the vendor's own score and each ticker's relevance.</summary>
internal static class AlphaVantageRecords
{
    /// <summary>The most tickers and tags of a record that are read; a hostile one may name millions.</summary>
    public const int Most = 100;

    private const int MaxNameLength = 64;
    private static readonly string[] Times = ["yyyyMMdd'T'HHmmss", "yyyyMMdd'T'HHmm"];

    /// <summary>Every article, valid or not.</summary>
    /// <param name="body">The answer.</param>
    /// <param name="asked">The symbol asked for, which every article is about.</param>
    /// <param name="isEmpty">Whether a body without articles says that there are none.</param>
    /// <exception cref="SourceException">Not JSON (transient), or no articles (permanent).</exception>
    public static List<SourceRecord> Read(ReadOnlyMemory<byte> body, string asked, Func<bool> isEmpty)
    {
        using var document = JsonValues.Parse(body);
        return JsonValues.Member(document.RootElement, "feed") is { ValueKind: JsonValueKind.Array } feed ? [.. feed.EnumerateArray().Select(article => Record(article, asked))]
            : isEmpty() ? []
            : throw new SourceException("The body has no feed.", isTransient: false);
    }

    /// <summary>An article's id: the vendor gives none, so it is 32 hex digits of SHA-256 of the address.</summary>
    public static string? IdOf(string? url) =>
        string.IsNullOrWhiteSpace(url) ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url)).AsSpan(0, 16));

    private static SourceRecord Record(JsonElement article, string asked)
    {
        var relevance = new OrderedDictionary<string, int>(StringComparer.Ordinal);
        var symbols = new OrderedDictionary<string, bool>(StringComparer.Ordinal) { [asked] = true };
        foreach (var ticker in Items(JsonValues.Member(article, "ticker_sentiment")))
        {
            if (JsonValues.Text(JsonValues.Member(ticker, "ticker"))?.ToUpperInvariant() is { Length: > 0 and <= MaxNameLength } symbol)
            {
                symbols.TryAdd(symbol, true);
                if (JsonValues.Millionths(JsonValues.Member(ticker, "relevance_score"), 0, 1) is { } score)
                {
                    relevance.TryAdd(symbol, score);
                }
            }
        }

        var tags = Items(JsonValues.Member(article, "topics")).Select(t => JsonValues.Text(JsonValues.Member(t, "topic")))
            .OfType<string>().Where(t => t.Length is > 0 and <= MaxNameLength).Distinct(StringComparer.Ordinal).ToList();
        return new(
            IdOf(JsonValues.Text(JsonValues.Member(article, "url"))), JsonValues.Decoded(JsonValues.Member(article, "title")), JsonValues.Link(JsonValues.Member(article, "url")),
            Time(JsonValues.Text(JsonValues.Member(article, "time_published"))), null, [.. symbols.Keys], JsonValues.Raw(article))
        {
            VendorScore = JsonValues.Millionths(JsonValues.Member(article, "overall_sentiment_score"), -1, 1),
            Relevance = relevance.Count > 0 ? relevance : null,
            Tags = tags.Count > 0 ? tags : null,
        };
    }

    private static IEnumerable<JsonElement> Items(JsonElement? list) =>
        list is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray().Take(Most) : [];

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParseExact(text, Times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
