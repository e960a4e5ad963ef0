using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>The input of <see cref="DeliverAlertWorkflow"/>.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Message">The message: an alert's, or a digest's.</param>
/// <param name="Generation">Which of its deliveries: those of this generation.</param>
public sealed record DeliverAlertInput(string Tenant, string Message, int Generation);

/// <summary>
/// Delivers a message: waits for the end of its digest's interval and of quiet hours, then tells each target by itself, each as
/// often as it takes and its rows permit. All waits are timers of the workflow.
/// </summary>
public sealed class DeliverAlertWorkflow : Workflow<DeliverAlertInput, Nothing>
{
    private const int WaitsPerGeneration = 100;

    /// <inheritdoc/>
    public override async Task<Nothing> RunAsync(IWorkflowContext context, DeliverAlertInput input)
    {
        for (var waits = 0; waits < WaitsPerGeneration; waits++)
        {
            var plan = await context.CallActivityAsync<DeliveryPlan>(nameof(PrepareDelivery), input, TableWorkflow.Bookkeeping);
            if (plan.Until is { } until)
            {
                await context.CreateTimerAsync(until);
                continue;
            }

            await BoundedWindow.RunAsync(plan.Deliveries, Math.Max(1, plan.Deliveries.Count), number => TellAsync(context, new(input.Tenant, input.Message, input.Generation, number, 1)));
            return Nothing.Value;
        }

        context.ContinueAsNew(input);
        return Nothing.Value;
    }

    /// <summary>One target, step by step; how many there are at most is for the activity to say.</summary>
    private static async Task<Nothing> TellAsync(IWorkflowContext context, DeliveryCall call)
    {
        while ((await context.CallActivityAsync<DeliveryStep>(nameof(DeliverToTarget), call, TableWorkflow.Bookkeeping)).Until is { } until)
        {
            await context.CreateTimerAsync(until);
            call = call with { Step = call.Step + 1 };
        }

        return Nothing.Value;
    }
}

/// <summary>How a message is to be delivered.</summary>
/// <param name="Until">Ask again then; null: now.</param>
/// <param name="Deliveries">The numbers of what is to be delivered.</param>
public sealed record DeliveryPlan(DateTimeOffset? Until, IReadOnlyList<int> Deliveries);

/// <summary>One step of a delivery to one target.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Message">The message.</param>
/// <param name="Generation">The delivery's generation.</param>
/// <param name="Number">The delivery.</param>
/// <param name="Step">The step, from 1: the same for a call that is made again after a crash.</param>
public sealed record DeliveryCall(string Tenant, string Message, int Generation, int Number, int Step);

/// <summary>What is to follow a step.</summary>
/// <param name="Until">The next step then; null: none.</param>
public sealed record DeliveryStep(DateTimeOffset? Until);
