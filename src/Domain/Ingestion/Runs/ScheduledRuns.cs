using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Ingestion.Runs;

/// <summary>Does what is due at the schedule's ticks, whether or not a run is started.</summary>
public interface IScheduleListener
{
    /// <summary>A tick has come; what fails keeps no run and no other listener from it.</summary>
    /// <param name="roster">The tenants.</param>
    /// <param name="cancellationToken">Gives the tick up.</param>
    Task TickAsync(TenantRoster roster, CancellationToken cancellationToken);
}

/// <summary>Starts the run of a tick of the schedule, unless the last one is in the way and the overlap policy says otherwise.</summary>
public sealed partial class ScheduledRuns(
    RunStarter starter, ITenantDirectory tenants, TenantTicks ticks, IEnumerable<IScheduleListener> listeners, IOptions<ScheduleOptions> options, TimeProvider time, ILogger<ScheduledRuns> logger)
{
    /// <summary>Starts the run that is due.</summary>
    /// <param name="longestWait">How long to wait for an unfinished run under queue-one; after that the next tick goes on waiting.</param>
    /// <param name="cancellationToken">Gives the tick up.</param>
    /// <exception cref="TenantsFileException">The tenants cannot be read.</exception>
    public async Task TickAsync(TimeSpan longestWait, CancellationToken cancellationToken)
    {
        var roster = await tenants.GetAsync(cancellationToken).ConfigureAwait(false);
        foreach (var listener in listeners)
        {
            try
            {
                await listener.TickAsync(roster, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogNotHeard(listener.GetType().Name, failure);
            }
        }

        if (await UnfinishedAsync(roster, cancellationToken).ConfigureAwait(false) is { } unfinished)
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

        var now = time.GetUtcNow();
        var due = await ticks.DueAsync(roster.Tenants, now, cancellationToken).ConfigureAwait(false);
        if (due.Count == 0)
        {
            return;
        }

        var part = due.Count == roster.Tenants.Count(t => !t.IsDisabled) ? roster : PartOf(roster, due);
        var run = await starter.StartAsync(RunRequest.Everything with { Priority = CallPriority.Scheduled }, part, options.Value.Overlap, cancellationToken).ConfigureAwait(false);
        await ticks.NoteAsync(due, now, cancellationToken).ConfigureAwait(false);
        LogStarted(run.Run.Id, run.Run.Tenants);
    }

    // Runs of whoever is due have arguments of their own, all of them the same: one of them is in the way of the next, but
    // whoever asks for a run of all tenants is not given one of some.
    private static TenantRoster PartOf(TenantRoster roster, IReadOnlyList<Tenant> due) => new(due, $"due-{roster.Hash}");

    private async Task<RunRow?> UnfinishedAsync(TenantRoster roster, CancellationToken cancellationToken) =>
        await starter.UnfinishedAsync(RunRequest.Everything, roster, cancellationToken).ConfigureAwait(false)
        ?? (roster.Tenants.Any(t => t.Schedule is not null) ? await starter.UnfinishedAsync(RunRequest.Everything, PartOf(roster, []), cancellationToken).ConfigureAwait(false) : null);

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

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "What {Listener} does at a tick failed; the next tick tries again.")]
    private partial void LogNotHeard(string listener, Exception failure);

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Scheduled run {Run} of {Tenants} tenants is under way.")]
    private partial void LogStarted(string run, int tenants);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "A scheduled run was skipped: {Run} is not finished.")]
    private partial void LogSkipped(string run);
}
