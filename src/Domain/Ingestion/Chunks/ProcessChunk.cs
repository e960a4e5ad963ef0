using System.Text.Json.Serialization;
using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Ingestion.Replays;
using Sentiment.Domain.Ingestion.Runs;
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

    /// <summary>The vendor refuses the credential: the table's other chunks need not try.</summary>
    Stopped,
}

/// <summary>How a call ended, in ids and counts.</summary>
/// <param name="Result">What to do next.</param>
/// <param name="Until">When to come back, for <see cref="ChunkResult.Wait"/>.</param>
/// <param name="Reason">Why, for <see cref="ChunkResult.Stopped"/>.</param>
public sealed record ChunkOutcome(ChunkResult Result, DateTimeOffset? Until = null, string? Reason = null);

/// <summary>Works on a chunk from its checkpoint, page by page, until it is drained or the time budget is used up.</summary>
internal sealed class ProcessChunk(
    ChunkStore chunks, PageFetcher fetcher, PageCommitters committers, Replayer replayer, PageAnnouncers announcers, TimeProvider time)
    : Activity<ChunkCall, ChunkOutcome>
{
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
            held = await chunks.SaveAsync(held.Row with { Status = WorkStatus.Running, Epoch = held.Row.Epoch + 1 }, held.ETag, cancellationToken).ConfigureAwait(false);
            var saved = held.Row;
            var mayBePinned = stored.Row.Epoch > 0;
            held = held with { Row = await announcers.AnnounceAsync(held.Row, cancellationToken).ConfigureAwait(false) };
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

                var committed = await NextPageAsync(held.Row, mayBePinned, cancellationToken).ConfigureAwait(false);

                // An earlier holder pinned no page beyond the one that it did not commit.
                mayBePinned = false;
                held = await chunks.SaveAsync(committed, held.ETag, cancellationToken).ConfigureAwait(false);
                saved = held.Row;

                // The next checkpoint, or the end, says that this page is announced: a crash in between announces it again.
                held = held with { Row = await announcers.AnnounceAsync(held.Row, cancellationToken).ConfigureAwait(false) };
            }

            return await EndAsync(held, WorkStatus.Completed, null, new(ChunkResult.Done), cancellationToken).ConfigureAwait(false);
        }
        catch (ChunkSupersededException)
        {
            return new(ChunkResult.More);
        }
        catch (SourceWaitException wait)
        {
            return new(ChunkResult.Wait, wait.Until);
        }
        catch (Exception stop) when (stop is SourceStoppedException or SecretMissingException)
        {
            return await EndAsync(held, WorkStatus.Failed, stop.Message, new(ChunkResult.Stopped, Reason: stop.Message), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SourceException { IsTransient: false } or NonRetryableException)
        {
            return await EndAsync(held, WorkStatus.Failed, failure.Message, new(ChunkResult.Done), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes all of the next page but its checkpoint, which is returned.</summary>
    private async Task<ChunkRow> NextPageAsync(ChunkRow row, bool mayBePinned, CancellationToken cancellationToken)
    {
        var number = row.Page + 1;
        var (pinned, committed) = row.Replayed is null
            ? await VendorPageAsync(row, number, mayBePinned, cancellationToken).ConfigureAwait(false)
            : await replayer.CommitAsync(row, number, cancellationToken).ConfigureAwait(false);
        var ledger = committed.Ledger;
        Count("accepted", ledger.Accepted);
        Count("duplicate", ledger.Duplicate);
        Count("quarantined", ledger.Quarantined);
        Count("skipped", ledger.Skipped);
        return row with
        {
            Page = number,
            Cursor = pinned.NextCursor,
            Drained = pinned.NextCursor is null,
            FetchedAt = row.FetchedAt ?? pinned.FetchedAt,
            Ledger = row.Ledger + ledger,
            Reasons = committed.Reasons.Count == 0 ? row.Reasons : Sum(row.Reasons, committed.Reasons),
        };
    }

    private async Task<(PageRow Pinned, CommittedPage Committed)> VendorPageAsync(ChunkRow row, int number, bool mayBePinned, CancellationToken cancellationToken)
    {
        var (pinned, records, isNew) = await fetcher.GetAsync(row, number, mayBePinned, cancellationToken).ConfigureAwait(false);
        return (pinned, await committers.Of(row.Table).CommitAsync(row, number, pinned.FetchedAt, records, isNew, cancellationToken).ConfigureAwait(false));
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

    private async Task<ChunkOutcome> EndAsync(
        Stored<ChunkRow> held, WorkStatus status, string? reason, ChunkOutcome outcome, CancellationToken cancellationToken)
    {
        try
        {
            await chunks.SaveAsync(held.Row with { Status = status, Reason = reason, EndedAt = time.GetUtcNow() }, held.ETag, cancellationToken).ConfigureAwait(false);
            SentimentMeter.Chunks.Add(1, new KeyValuePair<string, object?>("outcome", status == WorkStatus.Completed ? "completed" : "failed"));
            return outcome;
        }
        catch (ChunkSupersededException)
        {
            return new(ChunkResult.More);
        }
    }
}
