using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.AzureTables;

/// <summary>Reads that stand in for a snapshot, which Azure Tables does not have: each sees the moment it is made at.</summary>
/// <remarks>
/// Weaker than <see cref="ITableSnapshots"/> promises. A recount over it is right only while no run is active; rows that a
/// run writes meanwhile may be reported as problems. Let runs end, or suspend them, before verifying.
/// </remarks>
/// <param name="table">The table.</param>
public sealed class LiveTableReads(AzureTableStore table) : ITableSnapshots
{
    /// <inheritdoc/>
    public Task<ITableSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<ITableSnapshot>(new Live(table));
    }

    private sealed class Live(AzureTableStore table) : ITableSnapshot
    {
        public Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken) =>
            table.GetAsync(partition, key, cancellationToken);

        public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
            table.GetManyAsync(partition, keys, cancellationToken);

        public IAsyncEnumerable<TableRow> QueryAsync(TableRange range, CancellationToken cancellationToken) => table.QueryAsync(range, cancellationToken);

        public IAsyncEnumerable<string> PartitionsAsync(string prefix, CancellationToken cancellationToken) => table.PartitionsAsync(prefix, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
