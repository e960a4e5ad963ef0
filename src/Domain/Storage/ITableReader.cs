namespace Sentiment.Domain.Storage;

/// <summary>Reads of rows by partition and key.</summary>
/// <remarks>All implementations refuse alike: see <see cref="TableLimits"/>.</remarks>
public interface ITableReader
{
    /// <summary>The row, or null.</summary>
    Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken);

    /// <summary>Those of the given keys that exist in one partition, in any order.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="keys">Up to 1,000 distinct keys.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken);

    /// <summary>Rows of one partition in ordinal key order, read page by page as they are consumed.</summary>
    /// <param name="range">Which keys, and how many at most.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    IAsyncEnumerable<TableRow> QueryAsync(TableRange range, CancellationToken cancellationToken);
}
