using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Sentiment.Domain.Retention;
using Sentiment.Functions.Durable;

namespace Sentiment.Functions.Scheduling;

/// <summary>Starts each day's retention; one that was missed while no host was up is made up for once.</summary>
public sealed class RetentionFunction(RetentionStarter retention, DurableClientSlot slot, TimeProvider time)
{
    [Function("Retention")]
    public Task RunAsync(
        [TimerTrigger("%Retention:Cron%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        slot.Fill(client);
        return retention.StartAsync(time.GetUtcNow(), cancellationToken);
    }
}
