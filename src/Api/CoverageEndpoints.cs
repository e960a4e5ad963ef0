using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Spans;

namespace Sentiment.Api;

/// <summary>What is known of a tenant's tables, and what is not.</summary>
internal static class CoverageEndpoints
{
    private static readonly CoverageDocument Example = new(
        "tiingo/news", "AAPL", "crawled", new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), new(2026, 11, 2, 0, 0, 0, TimeSpan.Zero), "covered", null, null, null);

    public static void MapCoverage(this IEndpointRouteBuilder routes) => routes.MapGet("/tenants/{tenant}/coverage", ListAsync)
        .Tells("What is known of each table's time, by table, symbol and time.", new Listed<CoverageDocument>([Example], null));

    private static async Task<Ok<Listed<CoverageDocument>>> ListAsync(
        string tenant, string? table, string? symbol, string? from, string? to, string? limit, string? cursor,
        HttpRequest request, CoverageList coverage, IOptions<IngestionOptions> options, CancellationToken cancellationToken)
    {
        var (count, (start, end), cursors) = (Query.Limit(limit), Query.Span(from, to), Cursor.Of(request));
        var filter = new CoverageFilter(tenant, Query.Name("table", table), Query.Symbol(symbol), start, end);
        try
        {
            var (spans, next) = await cursors.FromAsync(
                cursor, after => coverage.ReadAsync(filter, options.Value.HistoryDays, count, after, cancellationToken)).ConfigureAwait(false);
            return TypedResults.Ok(new Listed<CoverageDocument>([.. spans.Select(CoverageDocument.Of)], cursors.Write(next)));
        }
        catch (KeyNotFoundException problem)
        {
            throw RequestProblem.None("tenant", problem.Message);
        }
    }
}

/// <summary>A span of a symbol's time in a table.</summary>
/// <param name="Table">The table.</param>
/// <param name="Symbol">The symbol.</param>
/// <param name="Window">Which date of the records it is about: <c>published</c>, or <c>crawled</c> where the vendor says when it first saw them.</param>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="State"><c>covered</c>, <c>empty</c>, <c>pending</c>, <c>rateLimited</c>, <c>failed</c> or <c>missing</c>.</param>
/// <param name="Failure"><c>transient</c>, <c>permanent</c>, <c>stopped</c> or <c>cancelled</c>; null where it did not fail.</param>
/// <param name="Reason">Why it is a hole, or waits.</param>
/// <param name="Until">When a wait that goes on ends.</param>
public sealed record CoverageDocument(
    string Table, string Symbol, string Window, DateTimeOffset From, DateTimeOffset To, string State, string? Failure, string? Reason, DateTimeOffset? Until)
{
    /// <summary>As it is known.</summary>
    public static CoverageDocument Of(CoverageSpan span)
    {
        ArgumentNullException.ThrowIfNull(span);
        return new(
            span.Table, span.Symbol, Name(span.Window), span.From, span.To, Name(span.State), span.Failure is { } failure ? Name(failure) : null, span.Reason, span.Until);
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
