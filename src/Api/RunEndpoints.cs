using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api;

/// <summary>Starting and watching runs.</summary>
internal static class RunEndpoints
{
    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/runs", StartAsync);
        routes.MapGet("/runs", ListAsync);
        routes.MapGet("/runs/{id}", GetAsync);
        routes.MapGet("/runs/{id}/chunks", ChunksAsync);
    }

    private static async Task<Results<Accepted<StartedDocument>, ProblemHttpResult>> StartAsync(
        HttpRequest request, RunStarter starter, ITenantDirectory tenants, IOptions<ScheduleOptions> schedule, CancellationToken cancellationToken)
    {
        try
        {
            var order = request.ContentLength == 0 || request.ContentType is null ? null
                : await JsonSerializer.DeserializeAsync(request.Body, ApiJson.Default.RunOrder, cancellationToken).ConfigureAwait(false);
            var asked = new RunRequest(order?.Tenants ?? [], order?.Tables ?? [], order?.From, order?.To, order?.Replay, order?.Backfill == true);
            var roster = await tenants.GetAsync(cancellationToken).ConfigureAwait(false);
            var run = (await starter.StartAsync(asked, roster, schedule.Value.Overlap, cancellationToken).ConfigureAwait(false)).Run.Id;
            var document = StartedDocument.Of(run, RunsUri(request));
            return TypedResults.Accepted(document.StatusQueryGetUri, document);
        }
        catch (JsonException problem)
        {
            return TypedResults.Problem($"{problem.Path ?? "$"}: not as expected; a JSON object with tenants, tables, from, to, replay (quarantine or raw) and backfill (true or false), all optional", statusCode: StatusCodes.Status400BadRequest);
        }
        catch (RunRequestException problem)
        {
            return TypedResults.Problem(problem.Message, statusCode: StatusCodes.Status400BadRequest);
        }
        catch (TenantsFileException problem)
        {
            return TypedResults.Problem(problem.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    internal static string RunsUri(HttpRequest request) => $"{request.Scheme}://{request.Host}/api/runs";

    private static async Task<Results<Ok<Listed<RunListed>>, ProblemHttpResult>> ListAsync(
        string? limit, string? cursor, ITableReader reader, CancellationToken cancellationToken)
    {
        if (!Paging.TryRead(limit, out var count))
        {
            return Paging.BadLimit();
        }

        try
        {
            var runs = await RunStore.ListAsync(reader, null, count, cursor, cancellationToken).ConfigureAwait(false);
            return TypedResults.Ok(new Listed<RunListed>([.. runs.Select(r => RunListed.Of(r.Run))], runs.Count == count ? runs[^1].Key : null));
        }
        catch (ArgumentException)
        {
            return Paging.BadCursor();
        }
    }

    private static async Task<Results<Ok<Listed<ChunkDocument>>, ProblemHttpResult>> ChunksAsync(
        string id, string? tenant, string? table, string? limit, string? cursor, ITableReader reader, CancellationToken cancellationToken)
    {
        if (!Paging.TryRead(limit, out var count))
        {
            return Paging.BadLimit();
        }

        if (table is not null && tenant is null)
        {
            return TypedResults.Problem("tenant: expected beside 'table'", statusCode: StatusCodes.Status400BadRequest);
        }

        if (await RunStore.GetAsync(reader, id, cancellationToken).ConfigureAwait(false) is null)
        {
            return TypedResults.Problem($"id: no run '{id}'", statusCode: StatusCodes.Status404NotFound);
        }

        try
        {
            var chunks = await ChunkStore.PageAsync(reader, id, tenant, table, count, cursor, cancellationToken).ConfigureAwait(false);
            return TypedResults.Ok(new Listed<ChunkDocument>([.. chunks.Select(c => ChunkDocument.Of(c.Chunk))], chunks.Count == count ? chunks[^1].Key : null));
        }
        catch (ArgumentException)
        {
            return Paging.BadCursor();
        }
    }

    private static async Task<Results<Ok<RunDocument>, Accepted<RunDocument>, ProblemHttpResult>> GetAsync(
        string id, ITableReader reader, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await RunReport.ReadAsync(reader, id, cancellationToken).ConfigureAwait(false) is not { } report)
        {
            return TypedResults.Problem($"id: no run '{id}'", statusCode: StatusCodes.Status404NotFound);
        }

        var document = RunDocument.Of(report, time.GetUtcNow());
        return report.Run.EndedAt is null ? TypedResults.Accepted((string?)null, document) : TypedResults.Ok(document);
    }
}
