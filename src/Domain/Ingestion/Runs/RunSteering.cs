using Sentiment.Domain.Storage;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Runs;

/// <summary>What is asked of a run does not go with where it stands.</summary>
public sealed class RunStateException(string message) : Exception(message);

/// <summary>Steers runs from outside: holds them, lets them go on, tries again what failed, tells them events, forgets their histories.</summary>
public sealed class RunSteering
{
    private const int MaxRounds = 100;
    private const int Page = 100;
    private readonly IWorkflowClient _workflows;
    private readonly RunStore _runs;
    private readonly RunStarter _starter;

    internal RunSteering(IWorkflowClient workflows, RunStore runs, RunStarter starter) => (_workflows, _runs, _starter) = (workflows, runs, starter);

    /// <summary>Holds an unfinished run: chunks under way go on to the end of their time budget, nothing new is begun.</summary>
    /// <exception cref="KeyNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has ended, or new parts of it began faster than they could be held.</exception>
    public Task SuspendAsync(string run, string reason, CancellationToken cancellationToken) => HoldAsync(run, true, reason, cancellationToken);

    /// <summary>Lets a held run go on; one that is not held is left as it is.</summary>
    /// <inheritdoc cref="SuspendAsync"/>
    public Task ResumeAsync(string run, string reason, CancellationToken cancellationToken) => HoldAsync(run, false, reason, cancellationToken);

    /// <summary>Ends an unfinished run as failed; what is committed stays.</summary>
    /// <exception cref="KeyNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has ended.</exception>
    public async Task CancelAsync(string run, string reason, CancellationToken cancellationToken)
    {
        await UnfinishedAsync(run, cancellationToken).ConfigureAwait(false);
        await _starter.CancelAsync(run, reason, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Has an ended run work off what failed or was left out in it: its failed chunks go on at their checkpoints.</summary>
    /// <returns>The run as it was begun again.</returns>
    /// <exception cref="KeyNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has not ended, or nothing failed, or another run of the same arguments is unfinished.</exception>
    public async Task<RunRow> RetryAsync(string run, CancellationToken cancellationToken)
    {
        while (true)
        {
            var stored = await GetAsync(run, cancellationToken).ConfigureAwait(false);
            if (stored.Row.EndedAt is null || stored.Row.Status == WorkStatus.Completed)
            {
                throw new RunStateException(stored.Row.EndedAt is null ? $"run '{run}' has not ended" : $"run '{run}' has completed: there is nothing to try again");
            }

            if (await _runs.TryReopenAsync(stored, RunStarter.HashOf(stored.Row.Arguments), cancellationToken).ConfigureAwait(false) is { } reopened)
            {
                // A crash before this leaves an unfinished run, which every host begins when it starts.
                await _starter.BeginAsync(reopened, cancellationToken).ConfigureAwait(false);
                return reopened;
            }
        }
    }

    /// <summary>Tells an unfinished run's workflow an event.</summary>
    /// <exception cref="KeyNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has ended.</exception>
    public async Task RaiseEventAsync(string run, string name, object? payload, CancellationToken cancellationToken)
    {
        var row = (await UnfinishedAsync(run, cancellationToken).ConfigureAwait(false)).Row;
        await _workflows.RaiseEventAsync(WorkflowIds.Of(row), name, payload, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets the workflow histories of an ended run; its rows, and all that it stored, stay.</summary>
    /// <returns>How many workflows that were begun for the run itself were forgotten.</returns>
    /// <exception cref="KeyNotFoundException">There is no such run.</exception>
    /// <exception cref="RunStateException">It has not ended.</exception>
    public async Task<int> PurgeAsync(string run, CancellationToken cancellationToken)
    {
        var row = (await GetAsync(run, cancellationToken).ConfigureAwait(false)).Row;
        if (row.EndedAt is null)
        {
            throw new RunStateException($"run '{run}' has not ended: cancel it first");
        }

        var purged = 0;
        for (var attempt = 1; attempt <= row.Attempt; attempt++)
        {
            purged += await _workflows.PurgeAsync(WorkflowIds.OfAttempt(run, attempt), cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }

        return purged;
    }

    private async Task HoldAsync(string run, bool isHeld, string reason, CancellationToken cancellationToken)
    {
        Stored<RunRow> stored;
        do
        {
            stored = await UnfinishedAsync(run, cancellationToken).ConfigureAwait(false);
        }
        while (!await _runs.TryHoldAsync(stored, isHeld, cancellationToken).ConfigureAwait(false));

        // Parents first: one that is held begins no more children; those that it was just beginning are found in the next round.
        var root = WorkflowIds.Of(stored.Row);
        await TellAsync(root).ConfigureAwait(false);
        var query = new WorkflowQuery
        {
            InstanceIdPrefix = root + ":",
            Statuses = isHeld ? [WorkflowStatus.Pending, WorkflowStatus.Running] : [WorkflowStatus.Suspended],
            Limit = Page,
        };
        for (var round = 0; round < MaxRounds; round++)
        {
            var children = await ChildrenAsync(query, cancellationToken).ConfigureAwait(false);
            if (children.Count == 0)
            {
                return;
            }

            foreach (var child in children.OrderBy(c => c.InstanceId.Length))
            {
                await TellAsync(child.InstanceId).ConfigureAwait(false);
            }
        }

        throw new RunStateException($"run '{run}' begins and ends its parts too fast to be {(isHeld ? "held" : "resumed")} as a whole: ask again");

        Task<bool> TellAsync(string instance) => isHeld
            ? _workflows.SuspendAsync(instance, reason, cancellationToken) : _workflows.ResumeAsync(instance, reason, cancellationToken);
    }

    // A page of a back end may be empty and yet not be the last.
    private async Task<IReadOnlyList<WorkflowInstance>> ChildrenAsync(WorkflowQuery query, CancellationToken cancellationToken)
    {
        WorkflowPage page;
        do
        {
            page = await _workflows.QueryAsync(query, cancellationToken).ConfigureAwait(false);
            query = query with { Continuation = page.Continuation };
        }
        while (page.Instances.Count == 0 && page.Continuation is not null);

        return page.Instances;
    }

    private async Task<Stored<RunRow>> GetAsync(string run, CancellationToken cancellationToken) =>
        await _runs.GetAsync(run, cancellationToken).ConfigureAwait(false) ?? throw new KeyNotFoundException($"no run '{run}'");

    private async Task<Stored<RunRow>> UnfinishedAsync(string run, CancellationToken cancellationToken) =>
        await GetAsync(run, cancellationToken).ConfigureAwait(false) is { Row.EndedAt: null } stored ? stored : throw new RunStateException($"run '{run}' has ended");
}
