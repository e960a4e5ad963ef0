using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Storage;

namespace Sentiment.Api;

/// <summary>What was invalid, and why.</summary>
internal static class QuarantineEndpoints
{
    public static void MapQuarantine(this IEndpointRouteBuilder routes) => routes.MapGet("/tenants/{tenant}/quarantine", ListAsync);

    private static async Task<Results<Ok<Listed<QuarantineDocument>>, ProblemHttpResult>> ListAsync(
        string tenant, string? table, string? limit, string? cursor, ITableReader reader, CancellationToken cancellationToken)
    {
        if (!Paging.TryRead(limit, out var count))
        {
            return Paging.BadLimit();
        }

        if (TableLimits.Escape(tenant) != tenant || tenant.Length > 40)
        {
            return TypedResults.Problem($"tenant: no tenant '{tenant}'", statusCode: StatusCodes.Status404NotFound);
        }

        try
        {
            var (records, next) = await QuarantineList.ReadAsync(reader, tenant, table, count, cursor, cancellationToken).ConfigureAwait(false);
            return TypedResults.Ok(new Listed<QuarantineDocument>([.. records.Select(QuarantineDocument.Of)], next));
        }
        catch (ArgumentException)
        {
            return Paging.BadCursor();
        }
    }
}

/// <summary>An invalid record.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Key"><c>id:</c> and the vendor's id, or <c>raw:</c> and a hash of its bytes.</param>
/// <param name="Reason">What is wrong: names the field and what was expected.</param>
/// <param name="FetchedAt">When it was first fetched.</param>
/// <param name="Raw">Up to 16 KiB of the record as the vendor sent it.</param>
/// <param name="Chunk">The chunk that met it first.</param>
/// <param name="Page">The page of that chunk.</param>
/// <param name="AcceptedBy">The chunk whose replay stored it; null: it is open.</param>
public sealed record QuarantineDocument(
    string Table, string Key, string Reason, DateTimeOffset FetchedAt, string Raw, string Chunk, int Page, string? AcceptedBy)
{
    /// <summary>As stored.</summary>
    public static QuarantineDocument Of((string Table, QuarantinedRecord Record) stored)
    {
        var record = stored.Record;
        return new(
            stored.Table, record.Key, record.Reason, record.At, System.Text.Encoding.UTF8.GetString(record.Raw.Span), record.Chunk, record.Page, record.AcceptedBy);
    }
}
