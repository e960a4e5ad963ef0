using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
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
            AcceptedAsync(steering.SuspendAsync(id, Reason(reason, "held"), cancellationToken)));
        run.MapPost("/resume", (string id, string? reason, RunSteering steering, CancellationToken cancellationToken) =>
            AcceptedAsync(steering.ResumeAsync(id, Reason(reason, "resumed"), cancellationToken)));
        run.MapPost("/cancel", (string id, string? reason, RunSteering steering, CancellationToken cancellationToken) =>
            AcceptedAsync(steering.CancelAsync(id, Reason(reason, "cancelled over the API"), cancellationToken)));
        run.MapPost("/retry", RetryAsync);
        run.MapPost("/events/{name}", RaiseAsync);
        routes.MapDelete("/runs/{id}", async (string id, RunSteering steering, CancellationToken cancellationToken) =>
            TypedResults.Ok(new PurgedDocument(await steering.PurgeAsync(id, cancellationToken).ConfigureAwait(false))))
            .AddEndpointFilter(ProblemsAsync);
    }

    private static async Task<Accepted<StartedDocument>> RetryAsync(string id, HttpRequest request, RunSteering steering, CancellationToken cancellationToken)
    {
        var run = await steering.RetryAsync(id, cancellationToken).ConfigureAwait(false);
        var document = StartedDocument.Of(run.Id, RunEndpoints.RunsUri(request));
        return TypedResults.Accepted(document.StatusQueryGetUri, document);
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> RaiseAsync(
        string id, string name, HttpRequest request, RunSteering steering, CancellationToken cancellationToken)
    {
        if (name.Length > MaxEventNameLength)
        {
            return TypedResults.Problem($"name: at most {MaxEventNameLength} characters expected", statusCode: StatusCodes.Status400BadRequest);
        }

        if (request.ContentLength is not { } length || length > MaxEventBytes)
        {
            return TypedResults.Problem($"body: JSON of at most {MaxEventBytes} bytes and its Content-Length expected", statusCode: StatusCodes.Status413PayloadTooLarge);
        }

        try
        {
            using var payload = length == 0 ? null : await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellationToken).ConfigureAwait(false);
            await steering.RaiseEventAsync(id, name, payload?.RootElement, cancellationToken).ConfigureAwait(false);
            return TypedResults.Accepted((string?)null);
        }
        catch (JsonException)
        {
            return TypedResults.Problem("body: JSON expected", statusCode: StatusCodes.Status400BadRequest);
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
            return TypedResults.Problem($"id: {problem.Message}", statusCode: StatusCodes.Status404NotFound);
        }
        catch (RunStateException problem)
        {
            return TypedResults.Problem($"id: {problem.Message}", statusCode: StatusCodes.Status409Conflict);
        }
    }
}
