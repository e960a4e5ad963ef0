using System.Text.Json.Serialization;
using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Ingestion.Replays;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Chunks;

/// <summary>Asks for a chunk to be worked on.</summary>
/// <param name="Chunk">Which.</param>
/// <param name="Seconds">The time budget: no page is begun after it.</param>
public sealed record ChunkCall(ChunkId Chunk, int Seconds);

/// <summary>How a call of <see cref="ProcessChunk"/> ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChunkResult>))]
public enum ChunkResult
{
    /// <summary>The chunk has ended; its row says how.</summary>
    Done,

    /// <summary>The time budget is used up, or another holder took over: call again.</summary>
    More,

    /// <summary>The vendor wants a wait: call again after it.</summary>
    Wait,

    /// <summary>The vendor refuses the credential, or keeps failing where another takes over: the table's other chunks need not try.</summary>
    Stopped,
}

/// <summary>How a call ended, in ids and counts.</summary>
/// <param name="Result">What to do next.</param>
/// <param name="Until">When to come back, for <see cref="ChunkResult.Wait"/>.</param>
/// <param name="Reason">Why, for <see cref="ChunkResult.Stopped"/>.</param>
/// <param name="Instead">The table that takes over from a stopped one; null: none does.</param>
public sealed record ChunkOutcome(ChunkResult Result, DateTimeOffset? Until = null, string? Reason = null, string? Instead = null);

/// <summary>Works on a chunk from its checkpoint, page by page, until it is drained or the time budget is used up.</summary>
internal sealed class ProcessChunk(
    ChunkStore chunks, RunStore runs, PageFetcher fetcher, PageCommitters committers, Replayer replayer, PageAnnouncers announcers, TimeProvider time)
    : Activity<ChunkCall, ChunkOutcome>
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    public override async Task<ChunkOutcome> RunAsync(ActivityContext context, ChunkCall input, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var stored = await chunks.GetAsync(input.Chunk, cancellationToken).ConfigureAwait(false)
            ?? throw new NonRetryableException($"No chunk '{input.Chunk}'.");
        if (stored.Row.HasEnded)
        {
            return new(ChunkResult.Done);
        }

        var held = stored;
        try
        {
            held = await chunks.SaveAsync(held.Row with { Status = WorkStatus.Running, Epoch = held.Row.Epoch + 1, WaitingFor = null, WaitingUntil = null }, held.ETag, cancellationToken).ConfigureAwait(false);
            var saved = held.Row;
            var mayBePinned = stored.Row.Epoch > 0;
            held = held with { Row = await announcers.AnnounceAsync(held.Row, null, cancellationToken).ConfigureAwait(false) };
            while (!held.Row.Drained)
            {
                if (time.GetElapsedTime(begun).TotalSeconds >= input.Seconds)
                {
                    await chunks.SaveAsync(held.Row, held.ETag, cancellationToken).ConfigureAwait(false);
                    return new(ChunkResult.More);
                }

                // Before each page; where nothing was announced since, the last save has just checked it.
                if (held.Row.Announced != saved.Announced)
                {
                    await chunks.CheckAsync(held, cancellationToken).ConfigureAwait(false);
                }

                var (next, counted) = await NextPageAsync(held.Row, mayBePinned, context.Attempt, cancellationToken).ConfigureAwait(false);

                // An earlier holder pinned no page beyond the one that it did not commit.
                mayBePinned = false;
                held = await chunks.SaveAsync(next, held.ETag, cancellationToken).ConfigureAwait(false);
                saved = held.Row;

                // The next checkpoint, or the end, says that this page is announced: a crash in between announces it again.
                held = held with { Row = await announcers.AnnounceAsync(held.Row, counted, cancellationToken).ConfigureAwait(false) };
            }

            return held.Row.Stale is null ? await EndAsync(held, WorkStatus.Completed, null, null, new(ChunkResult.Done), cancellationToken).ConfigureAwait(false)
                : await EndStaleAsync(held, cancellationToken).ConfigureAwait(false);
        }
        catch (ChunkSupersededException)
        {
            return new(ChunkResult.More);
        }
        catch (SourceException) when (held.Row.Stale is not null)
        {
            return await EndStaleAsync(held, cancellationToken).ConfigureAwait(false);
        }
        catch (SourceWaitException wait)
        {
            return await PutOffAsync(held, wait, stored.Row.WaitingUntil is not null, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception stop) when (stop is SourceStoppedException or SecretMissingException)
        {
            return await EndAsync(held, WorkStatus.Failed, stop.Message, FailureKind.Stopped, new(ChunkResult.Stopped, Reason: stop.Message), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SourceException { IsTransient: false } or NonRetryableException)
        {
            return await EndAsync(held, WorkStatus.Failed, failure.Message, FailureKind.Permanent, new(ChunkResult.Done), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the chunk waits, is left for a later run, or leaves its table to another vendor's.</summary>
    private async Task<ChunkOutcome> PutOffAsync(Stored<ChunkRow> held, SourceWaitException wait, bool hasWaited, CancellationToken cancellationToken)
    {
        var row = held.Row;
        if (wait.IsFailing && row.Priority != CallPriority.Backfill
            && (await runs.PinnedTenantAsync(row.Run, row.Tenant, cancellationToken).ConfigureAwait(false)).Fallbacks?.GetValueOrDefault(row.Table) is { } instead)
        {
            var reason = $"{wait.Message}; {instead} took over";
            return await EndAsync(held, WorkStatus.Failed, reason, FailureKind.Transient, new(ChunkResult.Stopped, Reason: reason, Instead: instead), cancellationToken).ConfigureAwait(false);
        }

        // Whoever came back for a permit and found it taken by a newcomer may wait a little longer than that one.
        if (!(wait.Until > row.WaitsUntil + (hasWaited ? Grace : TimeSpan.Zero)))
        {
            return await WaitAsync(held, wait, cancellationToken).ConfigureAwait(false);
        }

        // A vendor that fails for so long is a failure; one whose limits are used up is not.
        return wait.IsFailing ? await EndAsync(held, WorkStatus.Failed, wait.Message, FailureKind.Transient, new(ChunkResult.Done), cancellationToken).ConfigureAwait(false)
            : await EndAsync(
                held with { Row = row with { WaitingFor = wait.Message, WaitingUntil = wait.Until } }, WorkStatus.Deferred, wait.Message, null, new(ChunkResult.Done), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes all of the next page but its checkpoint, which is returned with what the page counts.</summary>
    private async Task<(ChunkRow Checkpoint, IReadOnlyList<CountedItem> Counted)> NextPageAsync(ChunkRow row, bool mayBePinned, int attempt, CancellationToken cancellationToken)
    {
        var number = row.Page + 1;
        var begun = time.GetTimestamp();
        var (pinned, committed) = row.Replayed is null
            ? await VendorPageAsync(row, number, mayBePinned, attempt, cancellationToken).ConfigureAwait(false)
            : await replayer.CommitAsync(row, number, cancellationToken).ConfigureAwait(false);
        var ledger = committed.Ledger;
        Count("accepted", ledger.Accepted);
        Count("duplicate", ledger.Duplicate);
        Count("quarantined", ledger.Quarantined);
        Count("skipped", ledger.Skipped);
        var checkpoint = row with
        {
            Page = number,
            Cursor = pinned.NextCursor,
            Drained = pinned.NextCursor is null,
            FetchedAt = row.FetchedAt < pinned.FetchedAt ? row.FetchedAt : pinned.FetchedAt,
            LastFetchedAt = pinned.FetchedAt,
            Stale = row.Stale ?? pinned.Stale,
            Ledger = row.Ledger + ledger,
            Bytes = row.Bytes + pinned.Bytes,
            Milliseconds = row.Milliseconds + (long)time.GetElapsedTime(begun).TotalMilliseconds,
            Reasons = committed.Reasons.Count == 0 ? row.Reasons : Sum(row.Reasons, committed.Reasons),
        };
        return (checkpoint, committed.Counted);
    }

    private async Task<(PageRow Pinned, CommittedPage Committed)> VendorPageAsync(
        ChunkRow row, int number, bool mayBePinned, int attempt, CancellationToken cancellationToken)
    {
        try
        {
            var (pinned, records, isNew) = await fetcher.GetAsync(row, number, mayBePinned, cancellationToken).ConfigureAwait(false);
            return (pinned, await committers.Of(row.Table).CommitAsync(row, number, pinned.FetchedAt, records, isNew, cancellationToken, model: pinned.Model).ConfigureAwait(false));
        }
        catch (SourceException failure) when (failure is { IsTransient: true } and not SourceWaitException && row.Stale is null)
        {
            // The chunk is about to be given up. It still fails, but not without what its vendor is known to have said.
            if (attempt < (await runs.GetAsync(row.Run, cancellationToken).ConfigureAwait(false))!.Row.Bounds.ChunkAttempts)
            {
                throw;
            }

            try
            {
                return await VendorPageAsync(row with { Stale = failure.Message }, number, mayBePinned, attempt, cancellationToken).ConfigureAwait(false);
            }
            catch (SourceException)
            {
                // Nothing is kept: the failure is the vendor's.
            }

            throw;
        }
    }

    private static SortedDictionary<string, long> Sum(IReadOnlyDictionary<string, long>? before, IReadOnlyDictionary<string, long> page)
    {
        var sum = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (field, count) in page.Concat(before ?? new Dictionary<string, long>()))
        {
            sum[field] = sum.GetValueOrDefault(field) + count;
        }

        return sum;
    }

    private static void Count(string outcome, long records) =>
        SentimentMeter.Records.Add(records, new KeyValuePair<string, object?>("outcome", outcome));

    private Task<ChunkOutcome> EndStaleAsync(Stored<ChunkRow> held, CancellationToken cancellationToken) => EndAsync(
        held, WorkStatus.Failed, $"{held.Row.Stale}; what it had said up to {held.Row.FetchedAt?.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} is stored, the rest is missing",
        FailureKind.Transient, new(ChunkResult.Done), cancellationToken);

    // The row says that it waits, so that nobody takes its span for one that is being fetched.
    private async Task<ChunkOutcome> WaitAsync(Stored<ChunkRow> held, SourceWaitException wait, CancellationToken cancellationToken)
    {
        try
        {
            await chunks.SaveAsync(held.Row with { WaitingFor = wait.Message, WaitingUntil = wait.Until }, held.ETag, cancellationToken).ConfigureAwait(false);
            return new(ChunkResult.Wait, wait.Until);
        }
        catch (ChunkSupersededException)
        {
            return new(ChunkResult.More);
        }
    }

    private async Task<ChunkOutcome> EndAsync(
        Stored<ChunkRow> held, WorkStatus status, string? reason, FailureKind? failure, ChunkOutcome outcome, CancellationToken cancellationToken)
    {
        try
        {
            await chunks.SaveAsync(held.Row with { Status = status, Reason = reason, Failure = failure, EndedAt = time.GetUtcNow() }, held.ETag, cancellationToken).ConfigureAwait(false);
            SentimentMeter.Chunks.Add(1, new KeyValuePair<string, object?>("outcome", status switch { WorkStatus.Completed => "completed", WorkStatus.Deferred => "deferred", _ => "failed" }));
            return outcome;
        }
        catch (ChunkSupersededException)
        {
            return new(ChunkResult.More);
        }
    }
}
