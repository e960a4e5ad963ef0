using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api;

/// <summary>A symbol's bars of prices.</summary>
internal static class PriceEndpoints
{
    public static void MapPrices(this IEndpointRouteBuilder routes) => routes.MapGet("/tenants/{tenant}/prices", ListAsync);

    private static async Task<Results<Ok<Listed<PriceDocument>>, ProblemHttpResult>> ListAsync(
        string tenant, string? symbol, string? table, string? from, string? to, string? limit, string? cursor, ITableReader reader, CancellationToken cancellationToken)
    {
        if (TableLimits.Escape(tenant) != tenant || tenant.Length > 40)
        {
            return TypedResults.Problem($"tenant: no tenant '{tenant}'", statusCode: StatusCodes.Status404NotFound);
        }

        if (!Paging.TryRead(limit, out var count))
        {
            return Paging.BadLimit();
        }

        if (symbol?.ToUpperInvariant() is not { } asked || !SymbolRules.IsSymbol(asked))
        {
            return Bad("symbol: a symbol of [A-Z0-9][A-Z0-9.^=/-], at most 32 characters, expected");
        }

        if (!TryTime(from, out var start) || !TryTime(to, out var end))
        {
            return Bad($"{(TryTime(from, out _) ? "to" : "from")}: {Rfc3339.Expected}");
        }

        if (start >= end)
        {
            return Bad("from: a time before 'to' expected");
        }

        try
        {
            var (bars, next) = await PriceList.ReadAsync(reader, tenant, asked, table, start, end, count, cursor, cancellationToken).ConfigureAwait(false);
            return TypedResults.Ok(new Listed<PriceDocument>([.. bars.Select(PriceDocument.Of)], next));
        }
        catch (ArgumentException)
        {
            return Paging.BadCursor();
        }
    }

    private static ProblemHttpResult Bad(string problem) => TypedResults.Problem(problem, statusCode: StatusCodes.Status400BadRequest);

    private static bool TryTime(string? text, out DateTimeOffset? time)
    {
        time = Rfc3339.TryParse(text, out var read) ? read : null;
        return text is null || time is not null;
    }
}
