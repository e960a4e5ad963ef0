using Microsoft.Extensions.Options;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Caching;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Live;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Tests.Live;

public class LiveSnapshotsTests
{
    private static readonly LiveGroup Runs = new("acme", LiveKind.Runs);

    // A read that is under way may be older than what they miss.
    [Fact]
    public async Task Those_who_ask_while_a_read_is_under_way_share_the_next_one()
    {
        await using var host = new LiveHost();
        var reader = new HeldReads(host.Ingestion.Tables);
        var snapshots = new LiveSnapshots(State(host, reader), host.Ingestion.Time);
        var first = snapshots.ReadAsync(Runs, default);
        await reader.Gate.ReachedAsync();
        var later = Enumerable.Range(0, 5).Select(_ => snapshots.ReadAsync(Runs, default)).ToList();
        await host.PlanAsync("r1", ["AAPL"]);
        Assert.False(first.IsCompleted);
        reader.Gate.Open();
        Assert.DoesNotContain("r1", Text(await first), StringComparison.Ordinal);
        var read = await Task.WhenAll(later);
        Assert.All(read, r => Assert.Same(read[0], r));
        Assert.Contains("r1", Text(read[0]), StringComparison.Ordinal);
        Assert.Equal(2, reader.Count);
        Assert.NotSame(read[0], await snapshots.ReadAsync(Runs, default));
    }

    [Fact]
    public async Task A_read_that_fails_fails_those_who_waited_for_it_alone()
    {
        await using var host = new LiveHost();
        var reader = new HeldReads(host.Ingestion.Tables) { Failing = true };
        reader.Gate.Open();
        var snapshots = new LiveSnapshots(State(host, reader), host.Ingestion.Time);
        await Assert.ThrowsAsync<IOException>(() => snapshots.ReadAsync(Runs, default));
        reader.Failing = false;
        Assert.Contains("\"entries\":[]", Text(await snapshots.ReadAsync(Runs, default)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_gives_up_leaves_the_read_to_the_others()
    {
        await using var host = new LiveHost();
        var reader = new HeldReads(host.Ingestion.Tables);
        var snapshots = new LiveSnapshots(State(host, reader), host.Ingestion.Time);
        using var impatient = new CancellationTokenSource();
        var given = snapshots.ReadAsync(Runs, impatient.Token);
        var other = snapshots.ReadAsync(Runs, default);
        await reader.Gate.ReachedAsync();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        reader.Gate.Open();
        Assert.Contains("acme.runs", Text(await other), StringComparison.Ordinal);
    }

    private static string Text(CachedDocument document) => System.Text.Encoding.UTF8.GetString(document.Plain().Span);

    private static LiveState State(LiveHost host, ITableReader reader) => new(
        reader, new(reader, host.Ingestion.Get<ChunkStore>(), new PlainDocuments(), Options.Create(new TrendOptions())), new(reader, new PlainDocuments()),
        new(reader, host.Ingestion.Get<SourceCatalog>(), host.Ingestion.Secrets, host.Ingestion.Time), host.Ingestion.Get<AlertStore>(),
        host.Ingestion.Get<ITenantDirectory>(), new PlainDocuments(), host.Ingestion.Time);

    /// <summary>Holds the first list of runs until the gate opens, having read it.</summary>
    private sealed class HeldReads(ITableReader inner) : ITableReader
    {
        public Gate Gate { get; } = new();

        public bool Failing { get; set; }

        /// <summary>Lists of runs that were read.</summary>
        public int Count { get; private set; }

        public Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken) => inner.GetAsync(partition, key, cancellationToken);

        public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
            inner.GetManyAsync(partition, keys, cancellationToken);

        public async IAsyncEnumerable<TableRow> QueryAsync(TableRange range, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var rows = await inner.QueryAsync(range, cancellationToken).ToListAsync(cancellationToken);
            if (range.Partition == "runs")
            {
                Count++;
                await Gate.PassAsync(cancellationToken);
                if (Failing)
                {
                    throw new IOException("The disk is gone.");
                }
            }

            foreach (var row in rows)
            {
                yield return row;
            }
        }
    }
}
