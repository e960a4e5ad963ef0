using Azure.Core;
using Azure.Data.Tables;
using Sentiment.Adapters.AzureStorage;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.AzureTables;

/// <summary>Tables in one Azure table, its partition and row keys being ours; the table is created by the first write.</summary>
/// <remarks>
/// Throttling and passing failures are retried (see <see cref="AzureStorageClients"/>). An unconditional delete of an absent
/// row beside other writes costs two more transactions, and its row counts as removed from the moment it was found absent.
/// </remarks>
public sealed class AzureTableStore : ITableStore
{
    private readonly AzureTableReads _reads;
    private readonly AzureTableWrites _writes;

    /// <summary>Makes the client; nothing is sent yet.</summary>
    /// <param name="options">Which account and table.</param>
    /// <param name="identity">Enters the account where no connection string is given.</param>
    public AzureTableStore(AzureStorageOptions options, Func<TokenCredential> identity)
        : this(AzureStorageClients.Table(options, identity))
    {
    }

    private AzureTableStore(TableClient table)
    {
        _reads = new AzureTableReads(table);
        _writes = new AzureTableWrites(table, _reads);
    }

    /// <inheritdoc/>
    public Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken) =>
        _reads.GetAsync(partition, key, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        _reads.GetManyAsync(partition, keys, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<TableRow> QueryAsync(TableRange range, CancellationToken cancellationToken) =>
        _reads.QueryAsync(range, cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="Azure.RequestFailedException">The service refused it, or did not answer after all retries.</exception>
    public Task<IReadOnlyList<string>> WriteAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        TableLimits.CheckWrite(partition, writes);
        return _writes.WriteAsync(partition, writes, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="Azure.RequestFailedException">The service refused it, or did not answer after all retries.</exception>
    public Task<IReadOnlyDictionary<string, TableRow>> InsertAbsentAsync(
        string partition, IReadOnlyList<TableWrite> inserts, CancellationToken cancellationToken) =>
        new AzureTableInserts(_reads, _writes, partition).RunAsync(inserts, cancellationToken);

    /// <summary>Names of the partitions that have rows and start with the prefix, in ordinal order, one transaction each.</summary>
    internal IAsyncEnumerable<string> PartitionsAsync(string prefix, CancellationToken cancellationToken) =>
        _reads.PartitionsAsync(prefix, cancellationToken);
}
