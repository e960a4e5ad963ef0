using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Storage;

namespace Sentiment.Api;

/// <summary>A symbol's bars of prices.</summary>
internal static class PriceEndpoints
{
    private static readonly PriceDocument Example = new(
        "AAPL", "tiingo/prices", new(2026, 11, 2, 0, 0, 0, TimeSpan.Zero), 271.5m, 274.1m, 270.9m, 273.67m, 48_211_900, false);

    public static void MapPrices(this IEndpointRouteBuilder routes) => routes.MapGet("/tenants/{tenant}/prices", ListAsync)
        .Tells("A symbol's bars of prices, newest first.", new Listed<PriceDocument>([Example], null))
        .Takes("symbol", "Whose bars; case does not matter.", "AAPL", isRequired: true)
        .Takes("table", "Only this table's, such as tiingo/prices; default all.", "tiingo/prices");

    private static async Task<Ok<Listed<PriceDocument>>> ListAsync(
        string tenant, string? symbol, string? table, string? from, string? to, string? limit, string? cursor,
        HttpRequest request, ITableReader reader, CancellationToken cancellationToken)
    {
        var (count, asked, only) = (Query.Limit(limit), Query.OneSymbol(symbol), Query.Name("table", table));
        var ((start, end), cursors) = (Query.Span(from, to), Cursor.Of(request));
        var (bars, next) = await cursors.FromAsync(
            cursor, after => PriceList.ReadAsync(reader, tenant, asked, only, start, end, count, after, cancellationToken)).ConfigureAwait(false);
        return TypedResults.Ok(new Listed<PriceDocument>([.. bars.Select(PriceDocument.Of)], cursors.Write(next)));
    }
}
