using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tests.Alerts.Rules;

/// <summary>Counts what is asked of tables.</summary>
internal sealed class CountedTables(ITableStore inner) : ITableStore
{
    public int Reads { get; private set; }

    public int Writes { get; private set; }

    /// <summary>Called before a pinned page is read.</summary>
    public Func<Task> BeforePage { get; init; } = () => Task.CompletedTask;

    public void Reset() => (Reads, Writes) = (0, 0);

    public async Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken)
    {
        Reads++;
        if (partition.StartsWith("pages|", StringComparison.Ordinal))
        {
            await BeforePage();
        }

        return await inner.GetAsync(partition, key, cancellationToken);
    }

    public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        Reads++;
        return inner.GetManyAsync(partition, keys, cancellationToken);
    }

    public IAsyncEnumerable<TableRow> QueryAsync(TableRange range, CancellationToken cancellationToken)
    {
        Reads++;
        return inner.QueryAsync(range, cancellationToken);
    }

    public Task<IReadOnlyList<string>> WriteAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        Writes++;
        return inner.WriteAsync(partition, writes, cancellationToken);
    }
}
