using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Verification;

/// <summary>
/// Recounts every invariant on one snapshot, from the archived bodies up; it works while runs go on. Memory grows with
/// the number of chunks and with the items of the largest tenant.
/// </summary>
public sealed class Verifier(ITableSnapshots snapshots, IBlobStore blobs, SourceCatalog sources)
{
    /// <summary>Recounts everything there is.</summary>
    public async Task<Findings> RunAsync(CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var snapshot = await snapshots.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (snapshot.ConfigureAwait(false))
        {
            var runs = new Dictionary<string, RunRow>(StringComparer.Ordinal);
            await foreach (var run in RunStore.AllAsync(snapshot, cancellationToken).ConfigureAwait(false))
            {
                runs.Add(run.Id, run);
            }

            var chunks = new CommittedChunks(runs, await RetentionStore.RunsBeforeAsync(snapshot, cancellationToken).ConfigureAwait(false));
            foreach (var run in runs.Values)
            {
                findings.Runs++;
                await CheckRunAsync(snapshot, run, chunks, findings, cancellationToken).ConfigureAwait(false);
            }

            foreach (var tenant in await TenantsAsync(snapshot, chunks, cancellationToken).ConfigureAwait(false))
            {
                var marks = await RetentionStore.MarksAsync(snapshot, tenant, cancellationToken).ConfigureAwait(false);
                await new TenantRecount(snapshot, blobs, sources, chunks, tenant, marks, findings).RunAsync(cancellationToken).ConfigureAwait(false);
                await CoverageCheck.RunAsync(snapshot, runs, chunks, tenant, findings, cancellationToken).ConfigureAwait(false);
            }
        }

        return findings;
    }

    private static async Task CheckRunAsync(
        ITableReader reader, RunRow run, CommittedChunks chunks, Findings findings, CancellationToken cancellationToken)
    {
        var tables = await RunStore.TablesAsync(reader, run.Id, null, cancellationToken).ConfigureAwait(false);
        var hasEnded = tables.Where(t => t.Status is WorkStatus.Completed or WorkStatus.Failed).Select(t => (t.Tenant, t.Table)).ToHashSet();
        var sums = new Dictionary<(string, string), Ledger>();
        await foreach (var chunk in ChunkStore.ListAsync(reader, run.Id, null, null, cancellationToken).ConfigureAwait(false))
        {
            findings.Chunks++;
            chunks.Add(chunk);
            sums[(chunk.Tenant, chunk.Table)] = sums.GetValueOrDefault((chunk.Tenant, chunk.Table), Ledger.Empty) + chunk.Ledger;
            findings.Expect(!chunk.HasEnded || chunk.Announced == chunk.Page, $"chunk {chunk.Id}: ended with {chunk.Page} pages of which {chunk.Announced} are announced");
            findings.Expect(run.EndedAt is null || chunk.HasEnded, $"chunk {chunk.Id}: {chunk.Status} in run {run.Id}, which has ended");
            if (hasEnded.Contains((chunk.Tenant, chunk.Table)))
            {
                await CoverageCheck.CheckRecordedAsync(reader, run, chunk, findings, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var table in tables)
        {
            var ended = hasEnded.Contains((table.Tenant, table.Table));
            var sum = sums.GetValueOrDefault((table.Tenant, table.Table), Ledger.Empty);
            findings.Expect(!ended || run.Status == WorkStatus.Failed || table.Ledger == sum, $"table {table.Tenant} {table.Table} of run {run.Id}: says {table.Ledger}, its chunks sum up to {sum}");
        }
    }

    private static async Task<IReadOnlyCollection<string>> TenantsAsync(ITableSnapshot snapshot, CommittedChunks chunks, CancellationToken cancellationToken)
    {
        var tenants = new SortedSet<string>(chunks.Tenants, StringComparer.Ordinal);
        foreach (var kind in (string[])["items|", "prices|", "quarantine|", "index|", "trends|"])
        {
            await foreach (var partition in snapshot.PartitionsAsync(kind, cancellationToken).ConfigureAwait(false))
            {
                tenants.Add(partition.Split('|')[1]);
            }
        }

        return tenants;
    }
}
