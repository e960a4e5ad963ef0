using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Ingestion.Runs;

/// <summary>Does what is due at the schedule's ticks, whether or not a run is started.</summary>
public interface IScheduleListener
{
    /// <summary>A tick has come.</summary>
    /// <param name="roster">The tenants.</param>
    /// <param name="cancellationToken">Gives the tick up.</param>
    Task TickAsync(TenantRoster roster, CancellationToken cancellationToken);
}

/// <summary>Starts the run of a tick of the schedule, unless the last one is in the way and the overlap policy says otherwise.</summary>
public sealed partial class ScheduledRuns(
    RunStarter starter, ITenantDirectory tenants, IOptions<ScheduleOptions> options, TimeProvider time, ILogger<ScheduledRuns> logger, IScheduleListener? listener = null)
{
    /// <summary>Starts the run that is due.</summary>
    /// <param name="longestWait">How long to wait for an unfinished run under queue-one; after that the next tick goes on waiting.</param>
    /// <param name="cancellationToken">Gives the tick up.</param>
    /// <exception cref="TenantsFileException">The tenants cannot be read.</exception>
    public async Task TickAsync(TimeSpan longestWait, CancellationToken cancellationToken)
    {
        var roster = await tenants.GetAsync(cancellationToken).ConfigureAwait(false);
        if (listener is not null)
        {
            await listener.TickAsync(roster, cancellationToken).ConfigureAwait(false);
        }

        if (await starter.UnfinishedAsync(RunRequest.Everything, roster, cancellationToken).ConfigureAwait(false) is { } unfinished)
        {
            switch (options.Value.Overlap)
            {
                case OverlapPolicy.QueueOne when await HasEndedAsync(unfinished.Id, longestWait, cancellationToken).ConfigureAwait(false):
                    break;
                case OverlapPolicy.Cancel:
                    await starter.CancelAsync(unfinished.Id, "cancelled by the next scheduled run", cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    LogSkipped(unfinished.Id);
                    return;
            }
        }

        var run = await starter.StartAsync(RunRequest.Everything with { Priority = CallPriority.Scheduled }, roster, options.Value.Overlap, cancellationToken).ConfigureAwait(false);
        LogStarted(run.Run.Id, run.Run.Tenants);
    }

    private async Task<bool> HasEndedAsync(string run, TimeSpan longestWait, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(longestWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await starter.WaitForEndAsync(run, either.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Scheduled run {Run} of {Tenants} tenants is under way.")]
    private partial void LogStarted(string run, int tenants);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "A scheduled run was skipped: {Run} is not finished.")]
    private partial void LogSkipped(string run);
}
