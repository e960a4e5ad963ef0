using Sentiment.Domain.Storage;

namespace Sentiment.LocalHost.Data;

/// <summary>What is stored before the first run.</summary>
internal sealed class NoTables : ITableReader
{
    public Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken) => Task.FromResult<TableRow?>(null);

    public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<TableRow>>([]);

    public IAsyncEnumerable<TableRow> QueryAsync(TableRange range, CancellationToken cancellationToken) => AsyncEnumerable.Empty<TableRow>();
}
