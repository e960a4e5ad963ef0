using System.Globalization;
using System.Text.Json;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tiingo;

/// <summary>What Tiingo's tables of prices have in common: a ticker in the path, days as bounds, bars in one list.</summary>
internal static class TiingoBars
{
    // 28 characters hold no more digits than a decimal does.
    private const int MaxNumberLength = 28;

    private static readonly string[] Times = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd"];

    /// <summary>A symbol as one segment of a path: Tiingo writes <c>BRK.B</c> as <c>brk-b</c>, the rest is escaped.</summary>
    public static string Segment(string symbol) => Uri.EscapeDataString(symbol.ToLowerInvariant().Replace('.', '-'));

    /// <summary>The bounds of a request; both days are in them.</summary>
    public static string Bounds(PageRequest request) => $"startDate={Day(request.From)}&endDate={Day(request.To.AddTicks(-1))}";

    /// <summary>Every bar of an answer, valid or not.</summary>
    /// <param name="body">The answer.</param>
    /// <param name="symbol">The symbol asked for.</param>
    /// <param name="period">How long each lasts.</param>
    /// <exception cref="SourceException">Not JSON (transient), or no list (permanent).</exception>
    public static SourcePage Read(ReadOnlyMemory<byte> body, string symbol, TimeSpan period)
    {
        using var document = JsonValues.Parse(body);
        return document.RootElement.ValueKind == JsonValueKind.Array
            ? new([.. document.RootElement.EnumerateArray().Select(e => Record(e, symbol, period))], null)
            : throw new SourceException("The body is no list.", isTransient: false);
    }

    private static SourceRecord Record(JsonElement bar, string symbol, TimeSpan period)
    {
        DateTimeOffset? start = DateTimeOffset.TryParseExact(
            JsonValues.Text(JsonValues.Member(bar, "date")), Times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
        var volume = JsonValues.Member(bar, "volume");
        return new(start is { } at ? PriceBar.IdOf(symbol, at) : null, null, null, start, null, [symbol], JsonValues.Raw(bar))
        {
            Bar = new(
                Number(bar, "open"), Number(bar, "high"), Number(bar, "low"), Number(bar, "close"), Number(volume),
                volume is { ValueKind: not JsonValueKind.Null }, period),
        };
    }

    private static decimal? Number(JsonElement bar, string name) => Number(JsonValues.Member(bar, name));

    private static decimal? Number(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Number } number && number.GetRawText().Length <= MaxNumberLength && number.TryGetDecimal(out var value) ? value : null;

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
