using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Runs;

/// <summary>What a caller asks for: a run of some tenants and tables over a window.</summary>
/// <param name="Tenants">Only these tenants; empty: all of the file.</param>
/// <param name="Tables">Only these tables; empty: all of each tenant.</param>
/// <param name="From">The window's start; null: where each table's watermark says.</param>
/// <param name="To">The window's end; null: the run's start.</param>
public sealed record RunRequest(IReadOnlyList<string> Tenants, IReadOnlyList<string> Tables, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>All tenants, all tables, whatever is new.</summary>
    public static RunRequest Everything { get; } = new([], [], null, null);
}

/// <summary>A request names something that does not exist, or a window that is none; each problem names its field.</summary>
public sealed class RunRequestException(IReadOnlyList<string> problems) : Exception(string.Join("; ", problems))
{
    /// <summary>What is wrong, one line each.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}

/// <summary>A run under way.</summary>
/// <param name="Run">Its id.</param>
/// <param name="IsResumed">Whether an unfinished run of the same arguments was found.</param>
public sealed record StartedRun(string Run, bool IsResumed);

/// <summary>Starts runs; an unfinished run of the same arguments is gone on with instead, its window as pinned at its start.</summary>
public sealed class RunStarter(
    RunStore runs, IWorkflowClient workflows, IOptions<IngestionOptions> bounds, TimeProvider time)
{
    /// <summary>Starts, or goes on with, a run.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="tenants">The tenants file's tenants.</param>
    /// <param name="fileHash">A hash of that file: another file makes another run.</param>
    /// <param name="overlap">What to do at a table that another unfinished run is at.</param>
    /// <param name="cancellationToken">Gives up; a run that was not made known does not exist.</param>
    /// <exception cref="RunRequestException">The request has problems; nothing was started.</exception>
    public async Task<StartedRun> StartAsync(
        RunRequest request, IReadOnlyList<Tenant> tenants, string fileHash, OverlapPolicy overlap, CancellationToken cancellationToken)
    {
        Check(request, tenants);
        var arguments = new RunArguments(
            [.. request.Tenants.Distinct().Order(StringComparer.Ordinal)], [.. request.Tables.Distinct().Order(StringComparer.Ordinal)],
            request.From, request.To, fileHash);
        var hash = HashOf(arguments);
        var unfinished = await runs.UnfinishedAsync(hash, cancellationToken).ConfigureAwait(false);
        var run = unfinished ?? await CreateAsync(arguments, hash, tenants, overlap, cancellationToken).ConfigureAwait(false);

        // Starting a known id starts nothing: a crash between the rows and the workflow is mended here.
        await workflows.StartAsync(nameof(RunWorkflow), new RunInput(run.Id, run.Bounds), run.Id, cancellationToken).ConfigureAwait(false);
        return new(run.Id, unfinished is not null);
    }

    private static void Check(RunRequest request, IReadOnlyList<Tenant> tenants)
    {
        var problems = new List<string>();
        problems.AddRange(request.Tenants.Where(id => tenants.All(t => t.Id != id))
            .Select(id => $"tenant: no tenant '{id}' in the tenants file"));
        var chosen = tenants.Where(t => request.Tenants.Count == 0 || request.Tenants.Contains(t.Id)).ToList();
        problems.AddRange(request.Tables.Where(name => !chosen.Any(t => t.Tables.Contains(name)))
            .Select(name => $"table: none of the chosen tenants has a table '{name}'"));
        if (request.From is { } from && request.To is { } to && from >= to)
        {
            problems.Add($"from: a time before 'to' ({to.UtcDateTime:O}) expected, found {from.UtcDateTime:O}");
        }

        if (problems.Count > 0)
        {
            throw new RunRequestException(problems);
        }
    }

    private static string HashOf(RunArguments arguments) =>
        Convert.ToHexStringLower(SHA256.HashData(Rows.Write(arguments, RowJson.Default.RunArguments)))[..32];

    private async Task<RunRow> CreateAsync(
        RunArguments arguments, string hash, IReadOnlyList<Tenant> tenants, OverlapPolicy overlap, CancellationToken cancellationToken)
    {
        var chosen = tenants.Where(t => arguments.Tenants.Count == 0 || arguments.Tenants.Contains(t.Id))
            .Where(t => arguments.Tables.Count == 0 || t.Tables.Any(arguments.Tables.Contains)).ToList();
        var now = time.GetUtcNow();
        var id = $"{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", System.Globalization.CultureInfo.InvariantCulture)}-{hash[..8]}";
        if (arguments.From is { } from && from >= (arguments.To ?? now))
        {
            throw new RunRequestException([$"from: a time in the past expected, found {from.UtcDateTime:O}"]);
        }

        var run = new RunRow(id, arguments, now, null, WorkStatus.Pending, chosen.Count, bounds.Value, overlap);
        try
        {
            await runs.CreateAsync(run, hash, chosen, cancellationToken).ConfigureAwait(false);
            return run;
        }
        catch (TableConflictException)
        {
            // Asked for twice in the same millisecond: one run answers both.
            return (await runs.GetAsync(id, cancellationToken).ConfigureAwait(false))!.Row;
        }
    }
}
