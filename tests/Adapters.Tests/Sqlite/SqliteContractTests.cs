using Microsoft.Extensions.Logging.Abstractions;
using Sentiment.Adapters.Sqlite;
using Sentiment.Adapters.Tests.Storage;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.Sqlite;

public sealed class SqliteTableStoreContractTests : TableStoreContract
{
    private readonly SqliteFolder _folder = new();

    protected override Task<ITableStore> OpenAsync() => Task.FromResult<ITableStore>(_folder.Open());

    protected override ValueTask CloseAsync() => _folder.DisposeAsync();
}

public sealed class SqliteTableReadContractTests : TableReadContract
{
    private readonly SqliteFolder _folder = new();

    protected override Task<ITableStore> OpenAsync() => Task.FromResult<ITableStore>(_folder.Open());

    protected override ValueTask CloseAsync() => _folder.DisposeAsync();
}

/// <summary>A folder with a table file, and the stores that a test opens on it.</summary>
internal sealed class SqliteFolder : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<SqliteTableStore> _open = [];

    public string File => _folder.Of("data/tables.db");

    public string Of(string name) => _folder.Of(name);

    public SqliteTableStore Open(bool readOnly = false, string? file = null, Action<SqliteOptions>? configure = null)
    {
        var options = new SqliteOptions { Path = file ?? File, ReadOnly = readOnly };
        configure?.Invoke(options);
        var store = new SqliteTableStore(options, NullLogger<SqliteTableStore>.Instance);
        _open.Add(store);
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _open)
        {
            await store.DisposeAsync();
        }

        _folder.Dispose();
    }
}
