using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Caching;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;

namespace Sentiment.Api;

/// <summary>A tenant's items, page by page or all at once.</summary>
internal static class ItemEndpoints
{
    private static readonly ItemDocument Example = new(
        "3f2a9c0d5b7e41688c1d2e3f4a5b6c7d", "tiingo/news", "64117238", ["AAPL"], "Apple raises its outlook", "https://example.com/apple",
        new(2026, 11, 2, 14, 31, 7, TimeSpan.Zero), "positive", 0.71204m, new(0.789511m, 0.133018m, 0.077471m), "sentiment-compact@1f3a5c7e");

    public static void MapItems(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/tenants/{tenant}/items", ListAsync).TakesFilter()
            .Tells("Items, newest first. A page may be shorter than asked for, even empty, where few of many match; 'next' then goes on.", new Listed<ItemDocument>([Example], null));
        routes.MapGet("/tenants/{tenant}/items/export", Export).TakesFilter()
            .Tells("All items that match as JSON lines, newest first; a connection that breaks before the end is no end.", Example)
            .WithMetadata(new DisableRequestTimeoutAttribute());
    }

    private static RouteHandlerBuilder TakesFilter(this RouteHandlerBuilder route) => route
        .Takes("symbol", "Only these symbols', at most 20, separated by commas or repeated; case does not matter.", "AAPL,MSFT")
        .Takes("label", "Only positive, neutral or negative ones; several as for symbols.", "positive")
        .Takes("tag", "Only those with one of these tags; several as for symbols.", "earnings")
        .Takes("source", "Only those of these tables; several as for symbols.", "tiingo/news");

    private static async Task<Results<DocumentResult<Listed<ItemDocument>>, Ok<Listed<ItemDocument>>>> ListAsync(
        string tenant, string[] symbol, string[] label, string[] tag, string[] source, string? from, string? to, string? limit, string? cursor,
        HttpRequest request, ITableReader reader, DocumentCache cache, CancellationToken cancellationToken)
    {
        var (count, cursors) = (Query.Limit(limit), Cursor.Of(request));
        var query = Read(tenant, symbol, label, tag, source, from, to);
        var after = cursors.Read(cursor) is not { } key ? null
            : ItemPlace.TryParse(key, out var place) ? place : throw RequestProblem.Bad("cursor", "the 'next' of the page before expected");
        if (after is not null)
        {
            return TypedResults.Ok(await PageAsync(after, cancellationToken).ConfigureAwait(false));
        }

        // The page holds a cursor, which is good for a question put in the same words.
        var name = FormattableString.Invariant($"items|{cursors.Mark}|{count}");
        return await Documents.AnswerAsync(
            cache, new(tenant, query.Symbols, name, cache.Life), token => PageAsync(null, token), ApiJson.Default.ListedItemDocument, cancellationToken).ConfigureAwait(false);

        async Task<Listed<ItemDocument>> PageAsync(ItemPlace? start, CancellationToken token)
        {
            var (items, next) = await ItemList.ReadAsync(reader, query, count, start, token).ConfigureAwait(false);
            return new([.. items.Select(ItemDocument.Of)], cursors.Write(next?.Key));
        }
    }

    private static ItemExport Export(
        string tenant, string[] symbol, string[] label, string[] tag, string[] source, string? from, string? to,
        ITableReader reader, TimeProvider time, CancellationToken cancellationToken) =>
        new(ItemList.AllAsync(reader, Read(tenant, symbol, label, tag, source, from, to), cancellationToken), time);

    private static ItemQuery Read(string tenant, string[] symbol, string[] label, string[] tag, string[] source, string? from, string? to)
    {
        var (start, end) = Query.Span(from, to);
        return ItemFilter.TryRead(tenant, symbol, label, tag, source, out var query, out var problem) ? query with { From = start, To = end }
            : throw RequestProblem.Of(StatusCodes.Status400BadRequest, problem);
    }
}
