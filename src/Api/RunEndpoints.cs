using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api;

/// <summary>Starting and watching runs.</summary>
internal static class RunEndpoints
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/runs", StartAsync);
        routes.MapGet("/runs", ListAsync);
        routes.MapGet("/runs/{id}", GetAsync);
    }

    private static async Task<Results<Accepted<StartedDocument>, ProblemHttpResult>> StartAsync(
        HttpRequest request, RunStarter starter, ITenantDirectory tenants, IOptions<ScheduleOptions> schedule, CancellationToken cancellationToken)
    {
        try
        {
            var order = request.ContentLength == 0 || request.ContentType is null ? null
                : await JsonSerializer.DeserializeAsync(request.Body, ApiJson.Default.RunOrder, cancellationToken).ConfigureAwait(false);
            var asked = new RunRequest(order?.Tenants ?? [], order?.Tables ?? [], order?.From, order?.To);
            var roster = await tenants.GetAsync(cancellationToken).ConfigureAwait(false);
            var run = (await starter.StartAsync(asked, roster, schedule.Value.Overlap, cancellationToken).ConfigureAwait(false)).Run.Id;
            var status = $"{request.Scheme}://{request.Host}/api/runs/{run}";
            return TypedResults.Accepted(status, new StartedDocument(run, status));
        }
        catch (JsonException problem)
        {
            return TypedResults.Problem($"{problem.Path ?? "$"}: not as expected; a JSON object with tenants, tables, from and to, all optional", statusCode: StatusCodes.Status400BadRequest);
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

    private static async Task<Results<Ok<Listed<RunListed>>, ProblemHttpResult>> ListAsync(
        string? limit, string? cursor, ITableReader reader, CancellationToken cancellationToken)
    {
        var count = DefaultLimit;
        if (limit is not null && !(int.TryParse(limit, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out count) && count is >= 1 and <= MaxLimit))
        {
            return TypedResults.Problem($"limit: a number from 1 to {MaxLimit} expected", statusCode: StatusCodes.Status400BadRequest);
        }

        try
        {
            var runs = await RunStore.ListAsync(reader, null, count, cursor, cancellationToken).ConfigureAwait(false);
            return TypedResults.Ok(new Listed<RunListed>([.. runs.Select(r => RunListed.Of(r.Run))], runs.Count == count ? runs[^1].Key : null));
        }
        catch (ArgumentException)
        {
            return TypedResults.Problem("cursor: the 'next' of the page before expected", statusCode: StatusCodes.Status400BadRequest);
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
