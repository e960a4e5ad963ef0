using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tests.Support;

/// <summary>Counts reads, each a point read, a look at several keys or a range.</summary>
public sealed class CountedReads(ITableReader inner) : ITableReader
{
    public int Count { get; private set; }

    public Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken)
    {
        Count++;
        return inner.GetAsync(partition, key, cancellationToken);
    }

    public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        Count++;
        return inner.GetManyAsync(partition, keys, cancellationToken);
    }

    public IAsyncEnumerable<TableRow> QueryAsync(TableRange range, CancellationToken cancellationToken)
    {
        Count++;
        return inner.QueryAsync(range, cancellationToken);
    }
}
