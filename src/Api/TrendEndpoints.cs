using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Caching;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Trends;

namespace Sentiment.Api;

/// <summary>Bars of scores, and of prices beside them.</summary>
internal static class TrendEndpoints
{
    private static readonly TrendDocument Example = new(
        new(
            "AAPL", "1h", new(2026, 11, 2, 0, 0, 0, TimeSpan.Zero), new(2026, 11, 3, 0, 0, 0, TimeSpan.Zero), new(2026, 11, 3, 0, 0, 4, TimeSpan.Zero), 3, "tiingo/intraday",
            [new("tiingo/news", new(2026, 11, 2, 23, 55, 0, TimeSpan.Zero), 304, false)]),
        [
            new(new(2026, 11, 2, 14, 0, 0, TimeSpan.Zero), 12)
            {
                Mean = 0.214m, MeanLow = 0.061m, MeanHigh = 0.367m, Min = -0.41m, Max = 0.82m, First = 0.1m, Last = 0.35m,
                Labels = new(6, 4, 2), Sources = new Dictionary<string, long> { ["tiingo/news"] = 12 }, Spikes = ["volume"], Price = new(271.5m, 274.1m, 270.9m, 273.67m, 4_821_190),
            },
        ]);

    public static void MapTrends(this IEndpointRouteBuilder routes) => routes.MapGet("/tenants/{tenant}/trends", GetAsync)
        .Tells("Bars of scores, of prices beside them, and how far each source is known.", Example)
        .Takes("symbol", "Whose bars; default: all items of the tenant, without prices. Case does not matter.", "AAPL")
        .Takes("resolution", "How long a bar is: 1m, 5m, 15m, 30m, 1h (the default), 2h or 1d.", "1h")
        .Takes("from", "From this time on, widened to whole bars; default: 24 hours before 'to', 30 days where bars are days.", "2026-11-02")
        .Takes("to", "Before this time, widened to whole bars; default: now.", "2026-11-03")
        .Takes("format", "rows (the default), or udf: parallel arrays, which are much smaller.", "rows");

    private static async Task<Results<DocumentResult<TrendDocument>, DocumentResult<TrendArrays>>> GetAsync(
        string tenant, string? symbol, string? resolution, string? from, string? to, string? format, HttpContext context,
        DocumentCache cache, TrendReport report, TimeProvider time, CancellationToken cancellationToken)
    {
        var asked = Query.Symbol(symbol);
        var length = Resolution.Find(resolution ?? Resolution.Default.Name)
            ?? throw RequestProblem.Bad("resolution", $"one of {string.Join(", ", Resolution.All.Select(r => r.Name))} expected");
        var isArrays = format switch
        {
            null or "rows" => false,
            "udf" => true,
            _ => throw RequestProblem.Bad("format", "rows or udf expected"),
        };
        var (start, end) = Query.Span(from, to);
        Check(Spanned(start, end, length, time.GetUtcNow()), length);
        var known = context.Features.GetRequiredFeature<Tenant>();
        var key = new DocumentKey(
            tenant, asked is null ? [] : [asked], FormattableString.Invariant($"trends|{asked}|{length.Name}|{(isArrays ? "udf" : "rows")}|{start?.UtcTicks}|{end?.UtcTicks}"), cache.Life);

        // The time is told anew whenever it is made again.
        (DateTimeOffset From, DateTimeOffset To) Now() => Spanned(start, end, length, time.GetUtcNow());
        return isArrays
            ? await Documents.AnswerAsync(cache, key, token => report.ArraysAsync(known, asked, length, Now(), token), ApiJson.Default.TrendArrays, cancellationToken).ConfigureAwait(false)
            : await Documents.AnswerAsync(cache, key, token => report.RowsAsync(known, asked, length, Now(), token), ApiJson.Default.TrendDocument, cancellationToken).ConfigureAwait(false);
    }

    private static (DateTimeOffset From, DateTimeOffset To) Spanned(DateTimeOffset? from, DateTimeOffset? to, Resolution resolution, DateTimeOffset now)
    {
        var end = to ?? now;
        return (from ?? end.AddDays(resolution.Minutes == 1440 ? -30 : -1), end);
    }

    private static void Check((DateTimeOffset From, DateTimeOffset To) span, Resolution resolution)
    {
        if (span.From >= span.To)
        {
            throw RequestProblem.Bad("from", "a time before 'to' expected, which is now by default");
        }

        // A bar and a day more, for the ends are widened.
        if ((span.To - span.From).TotalMinutes / resolution.Minutes > TrendQuery.MaxBars - 1 || (span.To - span.From).TotalDays > TrendQuery.MaxDays - 1)
        {
            throw RequestProblem.Bad("from", $"at most {TrendQuery.MaxBars} bars and {TrendQuery.MaxDays} days before 'to' expected; ask for a coarser resolution or for less");
        }
    }
}

/// <summary>Makes the documents about trends.</summary>
internal sealed class TrendReport(TrendQuery trends, ITableReader reader, SourceCatalog sources, IOptions<TrendOptions> options, TimeProvider time)
{
    public async Task<TrendDocument> RowsAsync(Tenant tenant, string? symbol, Resolution resolution, (DateTimeOffset From, DateTimeOffset To) span, CancellationToken cancellationToken)
    {
        var (head, bars) = await ReadAsync(tenant, symbol, resolution, span, cancellationToken).ConfigureAwait(false);
        return new(head, [.. bars.Select(TrendBarDocument.Of)]);
    }

    public async Task<TrendArrays> ArraysAsync(Tenant tenant, string? symbol, Resolution resolution, (DateTimeOffset From, DateTimeOffset To) span, CancellationToken cancellationToken)
    {
        var (head, bars) = await ReadAsync(tenant, symbol, resolution, span, cancellationToken).ConfigureAwait(false);
        return TrendArrays.Of(head, bars);
    }

    private async Task<(TrendHead Head, IReadOnlyList<TrendBar> Bars)> ReadAsync(
        Tenant tenant, string? symbol, Resolution resolution, (DateTimeOffset From, DateTimeOffset To) span, CancellationToken cancellationToken)
    {
        var standings = SourceStanding.OfAsync(reader, sources, tenant, symbol, cancellationToken);
        var trend = await trends.ReadAsync(tenant.Id, symbol, resolution, span.From, span.To, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var stale = TimeSpan.FromMinutes(options.Value.StaleMinutes);
        var head = new TrendHead(
            symbol, resolution.Name, Start(span.From, resolution), Start(span.To.AddTicks(-1), resolution).AddMinutes(resolution.Minutes), now, options.Value.LeastCount, trend.PriceTable,
            [.. (await standings.ConfigureAwait(false)).Select(s => SourceDocument.Of(s, now, stale))]);
        return (head, trend.Bars);
    }

    private static DateTimeOffset Start(DateTimeOffset time, Resolution resolution) =>
        DateTimeOffset.UnixEpoch.AddMinutes(Bucket.StartOf(Bucket.MinuteOf(time), resolution.Minutes));
}
