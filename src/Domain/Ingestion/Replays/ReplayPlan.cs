using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Ingestion.Replays;

/// <summary>Plans a replay of a table: a chunk for each that fetched pages to be gone through again.</summary>
/// <remarks>Pages whose bodies retention has removed, or may be removing, are left out.</remarks>
internal sealed class ReplayPlan(ITableStore tables, ChunkStore chunks, QuarantineStore quarantine)
{
    private const int ChunksPerWrite = 100;

    /// <summary>Writes the chunks; returns how many there are.</summary>
    public async Task<int> WriteAsync(RunRow run, ReplayKind kind, Tenant tenant, TableId table, CancellationToken cancellationToken)
    {
        var marks = await RetentionStore.MarksAsync(tables, tenant.Id, cancellationToken).ConfigureAwait(false);
        var keepFrom = tenant.Retention?.Items is { } days ? Days.Before(run.StartedAt, days) : (DateTimeOffset?)null;
        var (count, batch) = (0, new List<ChunkRow>());
        var pages = kind == ReplayKind.Raw ? CommittedAsync(run, table, cancellationToken) : QuarantinedAsync(table, cancellationToken);
        await foreach (var (original, numbers) in pages.ConfigureAwait(false))
        {
            if (original.FetchedAt is not { } fetched || Days.IsBefore(Rows.Day(fetched), marks.Bodies))
            {
                continue;
            }

            batch.Add(new()
            {
                Run = run.Id,
                Tenant = tenant.Id,
                Table = table.Table,
                Number = ++count,
                Symbols = original.Symbols,
                From = original.From,
                To = original.To,
                Window = original.Window,
                KeepFrom = keepFrom,
                Model = tenant.Model,
                Replayed = new(kind, original.Id.ToString(), numbers),
            });
            if (batch.Count == ChunksPerWrite)
            {
                await chunks.PlanAsync(batch, cancellationToken).ConfigureAwait(false);
                batch.Clear();
            }
        }

        await chunks.PlanAsync(batch, cancellationToken).ConfigureAwait(false);

        // Where a crash came between two plans and retention between those, the first may have had more.
        return Math.Max(count, await chunks.ListAsync(run.Id, tenant.Id, table.Table, cancellationToken).CountAsync(cancellationToken).ConfigureAwait(false));
    }

    private async IAsyncEnumerable<(ChunkRow Original, IReadOnlyList<int> Pages)> CommittedAsync(
        RunRow run, TableId table, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var earlier in RunStore.AllAsync(tables, cancellationToken).ConfigureAwait(false))
        {
            if (earlier.Id == run.Id || earlier.Arguments.Replay is not null)
            {
                continue;
            }

            await foreach (var chunk in chunks.ListAsync(earlier.Id, table.Tenant, table.Table, cancellationToken).ConfigureAwait(false))
            {
                if (chunk is { HasEnded: true, Page: > 0 })
                {
                    yield return (chunk, [.. Enumerable.Range(1, chunk.Page)]);
                }
            }
        }
    }

    // What is open is in memory once: as many stamps as there are pages with invalid records, not their bytes.
    private async IAsyncEnumerable<(ChunkRow Original, IReadOnlyList<int> Pages)> QuarantinedAsync(
        TableId table, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stamps = new HashSet<Stamp>();
        await foreach (var record in quarantine.OpenAsync(table.Tenant, table.Table, cancellationToken).ConfigureAwait(false))
        {
            stamps.Add(new(record.Chunk, record.Page));
        }

        foreach (var chunk in stamps.GroupBy(s => s.Chunk, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            // Pages above the checkpoint of a chunk that was given up never counted: a later delivery brings their records.
            if (await chunks.FindAsync(chunk.Key, cancellationToken).ConfigureAwait(false) is { HasEnded: true } original
                && chunk.Select(s => s.Page).Where(p => p <= original.Page).Order().ToList() is { Count: > 0 } pages)
            {
                yield return (original, pages);
            }
        }
    }
}
