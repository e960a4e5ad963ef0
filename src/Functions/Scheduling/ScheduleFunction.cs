using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Functions.Durable;

namespace Sentiment.Functions.Scheduling;

/// <summary>Starts runs by themselves, on one host at a time; ticks missed while none was up run once.</summary>
public sealed class ScheduleFunction(RunStarter starter, ScheduledRuns runs, DurableClientSlot slot)
{
    // Below host.json's functionTimeout, which would end the whole worker.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(8);

    [Function("Schedule")]
    public async Task RunAsync(
        [TimerTrigger("%Schedule:Cron%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        slot.Fill(client);

        // A host that ended between a run's rows and its workflow left a run that nobody would go on with.
        await starter.ResumeAsync(cancellationToken).ConfigureAwait(false);
        await runs.TickAsync(LongestWait, cancellationToken).ConfigureAwait(false);
    }
}
