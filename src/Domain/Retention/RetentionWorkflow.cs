using Microsoft.Extensions.Logging;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Retention;

/// <summary>The input of <see cref="RetentionWorkflow"/>.</summary>
/// <param name="At">When it began: what is old is judged by it.</param>
/// <param name="Options">How long things are kept.</param>
/// <param name="After">The last tenant of the generation before; null: none.</param>
/// <param name="Step">The next step of what belongs to no tenant; null: tenants are not done yet.</param>
/// <param name="Done">Tenants done in earlier generations.</param>
/// <param name="Failed">Of them failed.</param>
public sealed record RetentionInput(
    DateTimeOffset At, RetentionOptions Options, string? After = null, RetentionStep? Step = null, int Done = 0, int Failed = 0);

/// <summary>How a retention ended.</summary>
/// <param name="Tenants">Tenants it went through.</param>
/// <param name="Failed">Of them failed; the next one tries again, and until then no run is removed.</param>
public sealed record RetentionOutcome(int Tenants, int Failed);

/// <summary>Removes what is old, once a day: of each tenant, then runs, then workflow histories.</summary>
public sealed partial class RetentionWorkflow : Workflow<RetentionInput, RetentionOutcome>
{
    private const int TenantWindow = 4;
    internal const int StepsPerGeneration = 100;

    /// <inheritdoc/>
    public override async Task<RetentionOutcome> RunAsync(IWorkflowContext context, RetentionInput input)
    {
        if (input.Step is null)
        {
            input = await TenantsAsync(context, input);
            if (input.Step is null)
            {
                context.ContinueAsNew(input);
                return new(input.Done, input.Failed);
            }
        }

        var outcome = new RetentionOutcome(input.Done, input.Failed);
        var step = input.Step!;
        for (var steps = 0; ; steps++)
        {
            if (steps == StepsPerGeneration)
            {
                context.ContinueAsNew(input with { Step = step });
                return outcome;
            }

            var name = step.Part == RetentionPart.Runs ? nameof(RemoveRuns) : nameof(PurgeHistories);
            var next = await context.CallActivityAsync<RetentionStep?>(name, new RetentionCall(step.Part, input.At, input.Options, After: step.After), TableWorkflow.Bookkeeping);
            if (next is null && step.Part == RetentionPart.Histories)
            {
                return outcome;
            }

            step = next ?? new(RetentionPart.Histories, null);
        }
    }

    /// <summary>Works a generation's tenants off; the result has a step once there are no more.</summary>
    private static async Task<RetentionInput> TenantsAsync(IWorkflowContext context, RetentionInput input)
    {
        var tenants = await context.CallActivityAsync<IReadOnlyList<string>>(nameof(NextRetainedTenants), input.After ?? "", TableWorkflow.Bookkeeping);
        var failed = 0;
        await BoundedWindow.RunAsync(tenants, TenantWindow, async tenant =>
        {
            try
            {
                await context.CallWorkflowAsync<Nothing>(
                    nameof(TenantRetentionWorkflow), new RetentionCall(RetentionPart.Bodies, input.At, input.Options, tenant), new() { InstanceId = $"{context.InstanceId}:{tenant}" });
            }
            catch (TaskFailedException failure)
            {
                failed++;
                LogFailed(context.CreateReplaySafeLogger(nameof(RetentionWorkflow)), tenant, failure.Details.Message);
            }

            return Nothing.Value;
        });
        input = input with { After = tenants.Count == 0 ? input.After : tenants[^1], Done = input.Done + tenants.Count, Failed = input.Failed + failed };

        // Partials of a tenant that failed may not be folded yet, and they need their chunks.
        return tenants.Count == NextRetainedTenants.TenantsPerGeneration ? input
            : input with { Step = new(input.Failed == 0 ? RetentionPart.Runs : RetentionPart.Histories, null) };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Old data of tenant {Tenant} could not be removed; the next retention tries again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string tenant, string reason);
}

/// <summary>Removes what is old of one tenant, step by step.</summary>
public sealed class TenantRetentionWorkflow : Workflow<RetentionCall, Nothing>
{
    /// <inheritdoc/>
    public override async Task<Nothing> RunAsync(IWorkflowContext context, RetentionCall input)
    {
        for (var steps = 0; steps < RetentionWorkflow.StepsPerGeneration; steps++)
        {
            if (await context.CallActivityAsync<RetentionStep?>(nameof(RetainTenant), input, TableWorkflow.Bookkeeping) is not { } next)
            {
                return Nothing.Value;
            }

            input = input with { Part = next.Part, After = next.After };
        }

        context.ContinueAsNew(input);
        return Nothing.Value;
    }
}
