using Sentiment.Adapters.AzureStorage;
using Sentiment.Adapters.AzureTables;
using Sentiment.Adapters.Tests.Storage;
using Sentiment.Azurite;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.AzureTables;

public sealed class AzureTableStoreContractTests : TableStoreContract
{
    protected override async Task<ITableStore> OpenAsync() => await FreshTable.OpenAsync();

    protected override ValueTask CloseAsync() => ValueTask.CompletedTask;
}

public sealed class AzureTableReadContractTests : TableReadContract
{
    protected override async Task<ITableStore> OpenAsync() => await FreshTable.OpenAsync();

    protected override ValueTask CloseAsync() => ValueTask.CompletedTask;
}

/// <summary>A table of one test, on the Azurite that all share.</summary>
internal static class FreshTable
{
    public static async Task<AzureTableStore> OpenAsync(Action<AzureStorageOptions>? configure = null)
    {
        var options = new AzureStorageOptions { ConnectionString = (await AzuriteServer.SharedAsync()).ConnectionString, Table = AzuriteServer.FreshName() };
        configure?.Invoke(options);
        return new(options, () => throw new InvalidOperationException("A connection string needs no identity."));
    }
}
