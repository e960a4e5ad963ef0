using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Workflows;

namespace Sentiment.Functions.Durable;

/// <summary>What the orchestrator and activity functions do: each is one call of these.</summary>
public sealed partial class DurableFunctions(WorkflowRegistry registry, ActivityAttempt attempts, ILogger<DurableFunctions> logger)
{
    /// <summary>Runs, or replays, the workflow of that name to its next wait or its end.</summary>
    /// <returns>Its result, as JSON; null if it begins anew.</returns>
    public Task<JsonElement?> RunWorkflowAsync(string name, TaskOrchestrationContext context) => RunWorkflowAsync(registry, name, context);

    /// <inheritdoc cref="RunWorkflowAsync(string, TaskOrchestrationContext)"/>
    internal static async Task<JsonElement?> RunWorkflowAsync(WorkflowRegistry registry, string name, TaskOrchestrationContext context)
    {
        // Asked for first: by that the Functions worker knows that the orchestration is on its own thread.
        var input = context.GetInput<object>() is JsonElement json ? json.GetRawText() : null;
        var workflow = new DurableWorkflowContext(context, registry);
        try
        {
            if (!registry.TryGetWorkflow(name, out _, out var run))
            {
                throw new InvalidOperationException($"No workflow is registered under '{name}'.");
            }

            var output = await run(workflow, input);
            return workflow.Conclude() ? null : DurableWorkflowContext.Element(output);
        }
        catch (OperationCanceledException)
        {
            throw new WorkflowFailureException(new(nameof(OperationCanceledException), "The workflow cancelled itself.", false));
        }
        catch (Exception exception) when (exception is not WorkflowFailureException)
        {
            throw new WorkflowFailureException(FailureDetails.From(exception));
        }
    }

    /// <summary>Makes one attempt of the activity of that name.</summary>
    /// <param name="name">The activity.</param>
    /// <param name="call">What a workflow's context sent.</param>
    /// <param name="stopping">Set when the host stops; another host then makes the attempt again.</param>
    /// <returns>Its result, as JSON.</returns>
    public async Task<JsonElement?> RunActivityAsync(string name, JsonElement call, CancellationToken stopping)
    {
        var (instance, attempt, seconds, input) = call.Deserialize<ActivityCall>(WorkflowRegistry.Json)!;
        try
        {
            return DurableWorkflowContext.Element(await attempts.RunAsync(
                new(instance, name, attempt), input?.GetRawText(), TimeSpan.FromSeconds(seconds), stopping).ConfigureAwait(false));
        }
        catch (Exception exception) when (!stopping.IsCancellationRequested)
        {
            LogFailure(name, instance, attempt, exception);
            throw new WorkflowFailureException(FailureDetails.From(exception));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Activity {Activity} of {Instance} failed in attempt {Attempt}.")]
    private partial void LogFailure(string activity, string instance, int attempt, Exception exception);
}
