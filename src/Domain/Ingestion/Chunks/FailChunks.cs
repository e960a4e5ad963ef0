using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Chunks;

/// <summary>Ends chunks that were given up.</summary>
/// <param name="Run">The run.</param>
/// <param name="Tenant">The tenant.</param>
/// <param name="Table">The table.</param>
/// <param name="Number">The chunk; null: every one of the table that has not ended.</param>
/// <param name="Reason">Why.</param>
public sealed record FailChunksCall(string Run, string Tenant, string Table, int? Number, string Reason);

/// <summary>Ends chunks that were given up.</summary>
internal sealed class FailChunks(ChunkFailure failure, ChunkStore chunks) : Activity<FailChunksCall, Nothing>
{
    public override async Task<Nothing> RunAsync(ActivityContext context, FailChunksCall input, CancellationToken cancellationToken)
    {
        if (input.Number is { } number)
        {
            await failure.FailAsync(new(input.Run, input.Tenant, input.Table, number), input.Reason, FailureKind.Transient, cancellationToken).ConfigureAwait(false);
            return Nothing.Value;
        }

        await foreach (var chunk in chunks.ListAsync(input.Run, input.Tenant, input.Table, cancellationToken).ConfigureAwait(false))
        {
            await failure.FailAsync(chunk.Id, input.Reason, FailureKind.Stopped, cancellationToken).ConfigureAwait(false);
        }

        return Nothing.Value;
    }
}

/// <summary>Ends a chunk from outside, whoever holds it: its holder's next write is refused.</summary>
internal sealed class ChunkFailure(ChunkStore chunks, PageAnnouncers announcers, TimeProvider time)
{
    /// <summary>Announces what the chunk has committed, then fails it; one that has ended is left as it is.</summary>
    public async Task FailAsync(ChunkId id, string reason, FailureKind kind, CancellationToken cancellationToken)
    {
        while (await chunks.GetAsync(id, cancellationToken).ConfigureAwait(false) is { Row.HasEnded: false } stored)
        {
            try
            {
                var row = await announcers.AnnounceAsync(stored.Row, null, cancellationToken).ConfigureAwait(false);
                await chunks.SaveAsync(
                    row with { Status = WorkStatus.Failed, Reason = reason, Failure = kind, EndedAt = time.GetUtcNow(), Epoch = row.Epoch + 1 }, stored.ETag, cancellationToken).ConfigureAwait(false);
                SentimentMeter.Chunks.Add(1, new KeyValuePair<string, object?>("outcome", "failed"));
            }
            catch (ChunkSupersededException)
            {
                // Its holder wrote a checkpoint in between: read again.
            }
        }
    }
}
