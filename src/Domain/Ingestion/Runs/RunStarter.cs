using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Ingestion.Replays;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Runs;

/// <summary>What a caller asks for: a run of some tenants and tables over a window.</summary>
/// <param name="Tenants">Only these tenants; empty: all of the file.</param>
/// <param name="Tables">Only these tables; empty: all of each tenant.</param>
/// <param name="From">The window's start; null: where each table's watermark says.</param>
/// <param name="To">The window's end; null: the run's start.</param>
/// <param name="Replay">What of the archive to go through again, instead of asking vendors; takes no window.</param>
/// <param name="Backfill">Whether to fetch the holes of the coverage map, within the window or the tables' histories, instead of what is new.</param>
public sealed record RunRequest(
    IReadOnlyList<string> Tenants, IReadOnlyList<string> Tables, DateTimeOffset? From, DateTimeOffset? To, ReplayKind? Replay = null,
    bool Backfill = false)
{
    /// <summary>All tenants, all tables, whatever is new.</summary>
    public static RunRequest Everything { get; } = new([], [], null, null);

    /// <summary>Whose calls go first where a vendor permits few; a run that is gone on with keeps what it was started with.</summary>
    public CallPriority Priority { get; init; } = CallPriority.Interactive;
}

/// <summary>A request names something that does not exist, or a window that is none; each problem names its field.</summary>
public sealed class RunRequestException(IReadOnlyList<string> problems) : Exception(string.Join("; ", problems))
{
    /// <summary>What is wrong, one line each.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}

/// <summary>A run that is known.</summary>
/// <param name="Run">The run.</param>
/// <param name="IsResumed">Whether an unfinished run of the same arguments was found.</param>
public sealed record PreparedRun(RunRow Run, bool IsResumed);

/// <summary>Starts runs; an unfinished run of the same arguments is gone on with instead, its window as pinned at its start.</summary>
public sealed class RunStarter
{
    private readonly RunStore _runs;
    private readonly RunCancellation _cancellation;
    private readonly RetentionStore _retained;
    private readonly RetentionOptions _retention;
    private readonly IWorkflowClient _workflows;
    private readonly IngestionOptions _bounds;
    private readonly TimeProvider _time;

    internal RunStarter(
        RunStore runs, RunCancellation cancellation, RetentionStore retained, IWorkflowClient workflows,
        IOptions<IngestionOptions> bounds, IOptions<RetentionOptions> retention, TimeProvider time)
    {
        (_runs, _cancellation, _retained, _workflows, _time) = (runs, cancellation, retained, workflows, time);
        (_bounds, _retention) = (bounds.Value, retention.Value);
    }

    /// <summary>The unfinished run of these arguments, or null.</summary>
    public Task<RunRow?> UnfinishedAsync(RunRequest request, TenantRoster roster, CancellationToken cancellationToken) =>
        _runs.UnfinishedAsync(HashOf(ArgumentsOf(request, roster)), cancellationToken);

    /// <summary>Makes a run known, or finds the unfinished one of the same arguments; its workflow is not started yet.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="roster">The tenants there are; another tenants file makes another run.</param>
    /// <param name="overlap">What to do at a table that another unfinished run is at.</param>
    /// <param name="cancellationToken">Gives up; a run that was not made known does not exist.</param>
    /// <exception cref="RunRequestException">The request has problems; nothing was written.</exception>
    public async Task<PreparedRun> PrepareAsync(RunRequest request, TenantRoster roster, OverlapPolicy overlap, CancellationToken cancellationToken)
    {
        Check(request, roster.Tenants);
        var arguments = ArgumentsOf(request, roster);
        var hash = HashOf(arguments);
        while (true)
        {
            if (await _runs.UnfinishedAsync(hash, cancellationToken).ConfigureAwait(false) is { } unfinished)
            {
                return new(unfinished, true);
            }

            if (await CreateAsync(arguments, hash, roster.Tenants, overlap, request.Priority, cancellationToken).ConfigureAwait(false) is { } run)
            {
                return new(run, false);
            }
        }
    }

    /// <summary>Starts a run's workflow; a known id starts nothing, so a crash between rows and workflow is mended here.</summary>
    /// <returns>False if the workflow has ended without ending its run, which is then cancelled with the reason.</returns>
    public async Task<bool> BeginAsync(RunRow run, CancellationToken cancellationToken)
    {
        var instance = await _workflows.StartAsync(nameof(RunWorkflow), new RunInput(run.Id, run.Bounds, Backfill: run.Arguments.Backfill), WorkflowIds.Of(run), cancellationToken).ConfigureAwait(false);
        if (!instance.HasEnded || (await _runs.GetAsync(run.Id, cancellationToken).ConfigureAwait(false))?.Row.EndedAt is not null)
        {
            return true;
        }

        await CancelAsync(run.Id, instance.Failure?.Message ?? $"its workflow was {instance.Status}", cancellationToken).ConfigureAwait(false);
        return false;
    }

    /// <summary>Starts, or goes on with, a run.</summary>
    /// <inheritdoc cref="PrepareAsync"/>
    public async Task<PreparedRun> StartAsync(RunRequest request, TenantRoster roster, OverlapPolicy overlap, CancellationToken cancellationToken)
    {
        var prepared = await PrepareAsync(request, roster, overlap, cancellationToken).ConfigureAwait(false);
        if (!await BeginAsync(prepared.Run, cancellationToken).ConfigureAwait(false))
        {
            prepared = await PrepareAsync(request, roster, overlap, cancellationToken).ConfigureAwait(false);
            await BeginAsync(prepared.Run, cancellationToken).ConfigureAwait(false);
        }

        return prepared;
    }

    /// <summary>Goes on with every unfinished run.</summary>
    public async Task<int> ResumeAsync(CancellationToken cancellationToken)
    {
        // A run begun here may be listed again as running.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var resumed = 0;
        foreach (var status in (WorkStatus[])[WorkStatus.Pending, WorkStatus.Running])
        {
            await foreach (var run in _runs.OfStatusAsync(status, cancellationToken).ConfigureAwait(false))
            {
                resumed += seen.Add(run.Id) && await BeginAsync(run, cancellationToken).ConfigureAwait(false) ? 1 : 0;
            }
        }

        return resumed;
    }

    /// <summary>Waits for the run's end; a workflow that ended without ending its run ends it as failed.</summary>
    public async Task WaitForEndAsync(string run, CancellationToken cancellationToken)
    {
        var row = (await _runs.GetAsync(run, cancellationToken).ConfigureAwait(false))?.Row ?? throw new KeyNotFoundException($"No run '{run}'.");
        var instance = await _workflows.WaitForEndAsync(WorkflowIds.Of(row), cancellationToken).ConfigureAwait(false);
        await CancelAsync(run, instance.Failure?.Message ?? $"its workflow was {instance.Status}", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Cancels an unfinished run; one that has ended is left as it is.</summary>
    /// <exception cref="KeyNotFoundException">There is no such run.</exception>
    public Task CancelAsync(string run, string reason, CancellationToken cancellationToken) => _cancellation.CancelAsync(run, reason, cancellationToken);

    internal static RunArguments ArgumentsOf(RunRequest request, TenantRoster roster) => new(
        [.. request.Tenants.Distinct().Order(StringComparer.Ordinal)], [.. request.Tables.Distinct().Order(StringComparer.Ordinal)],
        request.From, request.To, roster.Hash, request.Replay, request.Backfill);

    internal static void Check(RunRequest request, IReadOnlyList<Tenant> tenants)
    {
        var problems = new List<string>();
        problems.AddRange(request.Tenants.Where(id => tenants.All(t => t.Id != id))
            .Select(id => $"tenant: no tenant '{id}' in the tenants file"));
        problems.AddRange(tenants.Where(t => t.IsDisabled && request.Tenants.Contains(t.Id)).Select(t => $"tenant: '{t.Id}' is disabled"));
        var chosen = tenants.Where(t => request.Tenants.Count == 0 || request.Tenants.Contains(t.Id)).ToList();
        problems.AddRange(request.Tables.Where(name => !chosen.Any(t => t.Tables.Contains(name)))
            .Select(name => $"table: none of the chosen tenants has a table '{name}'"));
        if (request is { Replay: not null, From: not null } or { Replay: not null, To: not null })
        {
            problems.Add("replay: no 'from' and 'to' expected beside it, for it goes through all that is archived");
        }

        if (request is { Replay: not null, Backfill: true })
        {
            problems.Add("backfill: no 'replay' expected beside it, for one asks the vendors and the other does not");
        }

        if (request.From is { } from && request.To is { } to && from >= to)
        {
            problems.Add($"from: a time before 'to' ({to.UtcDateTime:O}) expected, found {from.UtcDateTime:O}");
        }

        if (problems.Count > 0)
        {
            throw new RunRequestException(problems);
        }
    }

    internal static string HashOf(RunArguments arguments) =>
        Convert.ToHexStringLower(SHA256.HashData(Rows.Write(arguments, RowJson.Default.RunArguments)))[..32];

    // Null where another caller was quicker with the same arguments; asked for twice in one millisecond, one run answers both.
    private async Task<RunRow?> CreateAsync(
        RunArguments arguments, string hash, IReadOnlyList<Tenant> tenants, OverlapPolicy overlap, CallPriority priority, CancellationToken cancellationToken)
    {
        var chosen = tenants.Where(t => !t.IsDisabled && (arguments.Tenants.Count == 0 || arguments.Tenants.Contains(t.Id)))
            .Where(t => arguments.Tables.Count == 0 || t.Tables.Any(arguments.Tables.Contains))
            .Select(t => t with { Retention = _retention.For(t.Retention), Emails = null }).ToList();
        var now = _time.GetUtcNow();
        var id = RunRow.IdOf(now, hash);
        if (arguments.From is { } from && from >= (arguments.To ?? now))
        {
            throw new RunRequestException([$"from: a time in the past expected, found {from.UtcDateTime:O}"]);
        }

        // Rows that are missing belong to the first page that had them, so pages are gone through in the order in which they came.
        var bounds = arguments.Replay == ReplayKind.Raw ? _bounds with { ChunkWindow = 1 } : _bounds;
        if (arguments.Backfill)
        {
            var pairs = chosen.Sum(t => t.Tables.Count(name => arguments.Tables.Count == 0 || arguments.Tables.Contains(name)));
            bounds = bounds with { BackfillChunks = Math.Max(1, bounds.BackfillChunks / Math.Max(1, pairs)) };
        }

        var run = new RunRow(
            id, arguments, now, null, WorkStatus.Pending, chosen.Count, bounds, overlap, Priority: arguments.Backfill ? CallPriority.Backfill : priority);
        await _retained.RegisterAsync(chosen, now, cancellationToken).ConfigureAwait(false);
        return await _runs.TryCreateAsync(run, hash, chosen, cancellationToken).ConfigureAwait(false) ? run
            : (await _runs.GetAsync(id, cancellationToken).ConfigureAwait(false))?.Row;
    }
}
