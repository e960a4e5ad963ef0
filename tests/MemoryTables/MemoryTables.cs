using System.Globalization;
using System.Runtime.CompilerServices;
using Sentiment.Domain.Storage;

namespace Sentiment.Testing;

/// <summary>Tables in memory that answer at once.</summary>
internal sealed class MemoryTables : ITableStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Partition, string Key), TableRow> _rows = new(Comparer<(string, string)>.Create(
        (a, b) => string.CompareOrdinal(a.Item1, b.Item1) is var first and not 0 ? first : string.CompareOrdinal(a.Item2, b.Item2)));

    private long _etag;

    public int Reads { get; private set; }

    public int Writes { get; private set; }

    public Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            Reads++;
            return Task.FromResult(_rows.GetValueOrDefault((partition, key)));
        }
    }

    public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<TableRow>>([.. keys.Select(key => _rows.GetValueOrDefault((partition, key))).OfType<TableRow>()]);
        }
    }

    public async IAsyncEnumerable<TableRow> QueryAsync(TableRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<TableRow> found;
        lock (_gate)
        {
            found = [.. _rows.Values.Where(row => row.Partition == range.Partition && string.CompareOrdinal(row.Key, range.From) >= 0
                && (range.To is null || string.CompareOrdinal(row.Key, range.To) < 0)).Take(range.Limit ?? int.MaxValue)];
        }

        foreach (var row in found)
        {
            await Task.CompletedTask;
            yield return row;
        }
    }

    public Task<IReadOnlyList<string>> WriteAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        TableLimits.CheckWrite(partition, writes);
        lock (_gate)
        {
            foreach (var write in writes)
            {
                var stands = _rows.GetValueOrDefault((partition, write.Key));
                var holds = write.Condition switch
                {
                    TableCondition.Insert => stands is null,
                    TableCondition.IfMatch => stands?.ETag == write.ETag,
                    TableCondition.Delete => write.ETag is null || stands?.ETag == write.ETag,
                    _ => true,
                };
                if (!holds)
                {
                    return Task.FromException<IReadOnlyList<string>>(new TableConflictException(partition, write.Key, write.Condition));
                }
            }

            Writes++;
            return Task.FromResult<IReadOnlyList<string>>([.. writes.Select(write => Put(partition, write))]);
        }
    }

    private string Put(string partition, TableWrite write)
    {
        var etag = (++_etag).ToString(CultureInfo.InvariantCulture);
        if (write.Condition == TableCondition.Delete)
        {
            _rows.Remove((partition, write.Key));
        }
        else
        {
            _rows[(partition, write.Key)] = new(partition, write.Key, write.Version, write.Data, etag);
        }

        return etag;
    }
}
