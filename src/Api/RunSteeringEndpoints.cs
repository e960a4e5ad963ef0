using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Ingestion.Runs;

namespace Sentiment.Api;

/// <summary>Holding, resuming, cancelling and retrying runs; 404 where there is no such run, 409 where it does not stand so.</summary>
internal static class RunSteeringEndpoints
{
    private const int MaxReasonLength = 200;
    private const int MaxEventNameLength = 100;
    private const int MaxEventBytes = 16 * 1024;

    public static void MapRunSteering(this IEndpointRouteBuilder routes)
    {
        var run = routes.MapGroup("/runs/{id}").AddEndpointFilter(ProblemsAsync);
        run.MapPost("/suspend", (string id, string? reason, RunSteering steering, CancellationToken cancellationToken) =>
            AcceptedAsync(steering.SuspendAsync(Query.Run(id), Reason(reason, "held"), cancellationToken)))
            .Tells("Holds a run: chunks under way go on to the end of their time budget, nothing new is begun.", null);
        run.MapPost("/resume", (string id, string? reason, RunSteering steering, CancellationToken cancellationToken) =>
            AcceptedAsync(steering.ResumeAsync(Query.Run(id), Reason(reason, "resumed"), cancellationToken)))
            .Tells("Lets a held run go on.", null);
        run.MapPost("/cancel", (string id, string? reason, RunSteering steering, CancellationToken cancellationToken) =>
            AcceptedAsync(steering.CancelAsync(Query.Run(id), Reason(reason, "cancelled over the API"), cancellationToken)))
            .Tells("Ends a run as failed; what is committed stays.", null);
        run.MapPost("/retry", RetryAsync).Tells("Works off what failed or was left out in a run that has ended, from its checkpoints.", RunEndpoints.Started);
        run.MapPost("/events/{name}", RaiseAsync).Tells("Tells a run's workflow an event.", null).Takes(new { approved = true });
        routes.MapDelete("/runs/{id}", async (string id, RunSteering steering, CancellationToken cancellationToken) =>
            TypedResults.Ok(new PurgedDocument(await steering.PurgeAsync(Query.Run(id), cancellationToken).ConfigureAwait(false))))
            .AddEndpointFilter(ProblemsAsync).Tells("Forgets the workflow histories of a run that has ended; its rows and items stay.", new PurgedDocument(1));
    }

    private static async Task<Accepted<StartedDocument>> RetryAsync(string id, HttpRequest request, RunSteering steering, CancellationToken cancellationToken) =>
        RunEndpoints.Accepted(request, (await steering.RetryAsync(Query.Run(id), cancellationToken).ConfigureAwait(false)).Id);

    private static async Task<Accepted> RaiseAsync(string id, string name, HttpRequest request, RunSteering steering, CancellationToken cancellationToken)
    {
        if (name.Length > MaxEventNameLength || name.Any(char.IsControl))
        {
            throw RequestProblem.Bad("name", $"at most {MaxEventNameLength} characters expected");
        }

        var body = await Body.ReadAsync(request, MaxEventBytes).ConfigureAwait(false);
        try
        {
            using var payload = body.IsEmpty ? null : JsonDocument.Parse(body);
            await steering.RaiseEventAsync(Query.Run(id), name, payload?.RootElement, cancellationToken).ConfigureAwait(false);
            return TypedResults.Accepted((string?)null);
        }
        catch (JsonException)
        {
            throw RequestProblem.Bad("body", "JSON expected");
        }
    }

    private static async Task<Accepted> AcceptedAsync(Task steered)
    {
        await steered.ConfigureAwait(false);
        return TypedResults.Accepted((string?)null);
    }

    private static string Reason(string? reason, string standard) =>
        string.IsNullOrWhiteSpace(reason) ? standard : reason.Length <= MaxReasonLength ? reason : reason[..MaxReasonLength];

    private static async ValueTask<object?> ProblemsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context).ConfigureAwait(false);
        }
        catch (KeyNotFoundException problem)
        {
            throw RequestProblem.None("id", problem.Message);
        }
        catch (RunStateException problem)
        {
            throw new RequestProblem(StatusCodes.Status409Conflict, "id", problem.Message);
        }
    }
}
