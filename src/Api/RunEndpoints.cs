using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sentiment.Api.Access;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api;

/// <summary>Starting and watching runs.</summary>
internal static class RunEndpoints
{
    private const string Expected = "a JSON object with tenants, tables, from, to, replay (quarantine or raw) and backfill (true or false), all optional";
    private const string Id = "20261101T120000000Z-1f3a5c7e";
    private static readonly DateTimeOffset Then = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RecordsDocument Records = new(120, 100, 15, 5, 3);

    /// <summary>What a start of a run answers, for the description.</summary>
    internal static StartedDocument Started { get; } = StartedDocument.Of(Id, "https://sentiment.example/api/runs");

    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/runs", StartAsync).Tells("Starts a run; what is asked for twice at once is one run.", Started)
            .Takes(new RunOrder(["acme"], ["tiingo/news"], Then, Then.AddDays(1)));
        routes.MapGet("/runs", ListAsync).Tells("Runs, newest first.", new Listed<RunListed>([new(Id, "completed", Then, Then.AddMinutes(2), 1)], null));
        routes.MapGet("/runs/{id}", GetAsync).Tells("Where a run stands: 202 while it goes on, 200 once it has ended.", new RunDocument(
            Id, "running", Then, null, 50, 60, new(1, 0, 0), new(4, 2, 0), Records, new(4, 2, 0, null),
            [new("acme", "running", null, [new("tiingo/news", "running", null, new(4, 2, 0), Records, new Dictionary<string, long> { ["publishedDate"] = 5 }, new(4, 2, 0, null), 0)])]));
        routes.MapGet("/runs/{id}/chunks", ChunksAsync).Tells("A run's chunks by tenant, table and number.", new Listed<ChunkDocument>(
                [new("acme", "tiingo/news", 1, "completed", null, ["AAPL"], Then.AddHours(-1), Then, 2, Records)], null))
            .Takes("tenant", "Only this tenant's.", "acme").Takes("table", "Only this table's; 'tenant' must stand beside it.", "tiingo/news");
    }

    private static async Task<Accepted<StartedDocument>> StartAsync(
        HttpRequest request, RunStarter starter, ITenantDirectory tenants, IOptions<ScheduleOptions> schedule, CancellationToken cancellationToken)
    {
        var order = await Body.ReadAsync(request, ApiJson.Default.RunOrder, Expected).ConfigureAwait(false);
        try
        {
            var asked = new RunRequest(order?.Tenants ?? [], order?.Tables ?? [], order?.From, order?.To, order?.Replay, order?.Backfill == true);
            var roster = await tenants.GetAsync(cancellationToken).ConfigureAwait(false);
            var run = (await starter.StartAsync(asked, roster, schedule.Value.Overlap, cancellationToken).ConfigureAwait(false)).Run.Id;
            return Accepted(request, run);
        }
        catch (RunRequestException problem)
        {
            throw RequestProblem.Of(StatusCodes.Status400BadRequest, problem.Message);
        }
        catch (TenantsFileException problem)
        {
            throw new RequestProblem(StatusCodes.Status503ServiceUnavailable, "tenants", problem.Message);
        }
    }

    internal static Accepted<StartedDocument> Accepted(HttpRequest request, string run)
    {
        AuditLog.Concerns(request.HttpContext, run);
        var document = StartedDocument.Of(run, $"{request.Scheme}://{request.Host}/api/runs");
        return TypedResults.Accepted(document.StatusQueryGetUri, document);
    }

    private static async Task<Ok<Listed<RunListed>>> ListAsync(
        string? limit, string? cursor, HttpRequest request, ITableReader reader, CancellationToken cancellationToken)
    {
        var (count, cursors) = (Query.Limit(limit), Cursor.Of(request));
        var runs = await cursors.FromAsync(cursor, after => RunStore.ListAsync(reader, null, count, after, cancellationToken)).ConfigureAwait(false);
        return TypedResults.Ok(new Listed<RunListed>([.. runs.Select(r => RunListed.Of(r.Run))], cursors.Write(runs.Count == count ? runs[^1].Key : null)));
    }

    private static async Task<Ok<Listed<ChunkDocument>>> ChunksAsync(
        string id, string? tenant, string? table, string? limit, string? cursor, HttpRequest request, ITableReader reader, CancellationToken cancellationToken)
    {
        var (count, cursors, run) = (Query.Limit(limit), Cursor.Of(request), Query.Run(id));
        var (whose, only) = (Query.Name("tenant", tenant), Query.Name("table", table));
        if (only is not null && whose is null)
        {
            throw RequestProblem.Bad("tenant", "expected beside 'table'");
        }

        if (await RunStore.GetAsync(reader, run, cancellationToken).ConfigureAwait(false) is null)
        {
            throw RequestProblem.NoRun(run);
        }

        var chunks = await cursors.FromAsync(cursor, after => ChunkStore.PageAsync(reader, run, whose, only, count, after, cancellationToken)).ConfigureAwait(false);
        return TypedResults.Ok(new Listed<ChunkDocument>(
            [.. chunks.Select(c => ChunkDocument.Of(c.Chunk))], cursors.Write(chunks.Count == count ? chunks[^1].Key : null)));
    }

    private static async Task<Results<Ok<RunDocument>, Accepted<RunDocument>>> GetAsync(
        string id, ITableReader reader, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await RunReport.ReadAsync(reader, Query.Run(id), cancellationToken).ConfigureAwait(false) is not { } report)
        {
            throw RequestProblem.NoRun(id);
        }

        var document = RunDocument.Of(report, time.GetUtcNow());
        return report.Run.EndedAt is null ? TypedResults.Accepted((string?)null, document) : TypedResults.Ok(document);
    }
}
