using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Storage;

namespace Sentiment.Api;

/// <summary>What was invalid, and why.</summary>
internal static class QuarantineEndpoints
{
    private static readonly QuarantineDocument Example = new(
        "tiingo/news", "id:1234567", "publishedDate: a time as in RFC 3339 expected", new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero), "{\"id\":1234567}",
        "20261101T120000000Z-1f3a5c7e|acme|tiingo~2fnews|000001", 1, null);

    public static void MapQuarantine(this IEndpointRouteBuilder routes) => routes.MapGet("/tenants/{tenant}/quarantine", ListAsync)
        .Tells("Invalid records, oldest first, with the reason and the record as it came.", new Listed<QuarantineDocument>([Example], null));

    private static async Task<Ok<Listed<QuarantineDocument>>> ListAsync(
        string tenant, string? table, string? limit, string? cursor, HttpRequest request, ITableReader reader, CancellationToken cancellationToken)
    {
        var (count, only, cursors) = (Query.Limit(limit), Query.Name("table", table), Cursor.Of(request));
        var (records, next) = await cursors.FromAsync(
            cursor, after => QuarantineList.ReadAsync(reader, tenant, only, count, after, cancellationToken)).ConfigureAwait(false);
        return TypedResults.Ok(new Listed<QuarantineDocument>([.. records.Select(QuarantineDocument.Of)], cursors.Write(next)));
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
