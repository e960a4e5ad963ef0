using System.Text.Json.Serialization;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Tenants.Deletion;

/// <summary>What a deletion goes through, in this order.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeletionPart>))]
public enum DeletionPart
{
    /// <summary>Its keys are revoked and their connections closed.</summary>
    Keys,

    /// <summary>What unfinished runs do for it is ended and waited for.</summary>
    Work,

    /// <summary>Its part in runs: chunks, pages, and runs about nobody else.</summary>
    Runs,

    /// <summary>All other rows.</summary>
    Rows,

    /// <summary>Archived bodies, and mail that was kept.</summary>
    Bodies,

    /// <summary>Every place is looked at again.</summary>
    Look,
}

/// <summary>The input of <see cref="DeleteTenantWorkflow"/>, and of each of its steps.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Number">Which deletion of that id it is.</param>
/// <param name="Seconds">How long a step goes on.</param>
/// <param name="QuietSeconds">How long to wait before the last look, for other processes to learn that the tenant is gone.</param>
/// <param name="Part">The part.</param>
/// <param name="After">Where the step before ended; null for the first of a part.</param>
/// <param name="Polls">How often it was asked in vain whether work had ended.</param>
/// <param name="Looks">How often the last look found something.</param>
/// <param name="Left">What the last look has found so far.</param>
public sealed record DeletionCall(
    string Tenant, int Number, int Seconds, int QuietSeconds, DeletionPart Part = DeletionPart.Keys, string? After = null, int Polls = 0, int Looks = 0, long Left = 0);

/// <summary>Where a deletion goes on.</summary>
/// <param name="Next">The next step; null: it is done.</param>
/// <param name="WaitSeconds">How long to wait before it.</param>
public sealed record DeletionStep(DeletionCall? Next, int WaitSeconds = 0);

/// <summary>Removes all that a tenant has, step by step, and looks again whether anything is left. Each step can be repeated.</summary>
public sealed class DeleteTenantWorkflow : Workflow<DeletionCall, Nothing>
{
    private const int StepsPerGeneration = 100;

    /// <inheritdoc/>
    public override async Task<Nothing> RunAsync(IWorkflowContext context, DeletionCall input)
    {
        for (var steps = 0; steps < StepsPerGeneration; steps++)
        {
            DeletionStep step;
            try
            {
                step = await context.CallActivityAsync<DeletionStep>(nameof(DeleteTenantPart), input, TableWorkflow.Bookkeeping);
            }
            catch (TaskFailedException failure)
            {
                return await context.CallActivityAsync<Nothing>(nameof(FailDeletion), new FailedDeletion(input.Tenant, input.Number, failure.Details.Message), TableWorkflow.Bookkeeping);
            }

            if (step.Next is not { } next)
            {
                return Nothing.Value;
            }

            if (step.WaitSeconds > 0)
            {
                await context.CreateTimerAsync(context.UtcNow.AddSeconds(step.WaitSeconds));
            }

            input = next;
        }

        context.ContinueAsNew(input);
        return Nothing.Value;
    }
}

/// <summary>A deletion that cannot be gone on with.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Number">Which deletion.</param>
/// <param name="Reason">Why.</param>
public sealed record FailedDeletion(string Tenant, int Number, string Reason);
