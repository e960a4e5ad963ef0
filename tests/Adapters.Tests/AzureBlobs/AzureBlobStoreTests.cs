using Sentiment.Adapters.AzureBlobs;
using Sentiment.Adapters.AzureStorage;
using Sentiment.Adapters.Tests.Storage;
using Sentiment.Azurite;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.AzureBlobs;

public sealed class AzureBlobStoreContractTests : BlobStoreContract
{
    protected override async Task<IBlobStore> OpenAsync() => new AzureBlobStore(
        new AzureStorageOptions { ConnectionString = (await AzuriteServer.SharedAsync()).ConnectionString, Container = AzuriteServer.FreshName() },
        () => throw new InvalidOperationException("A connection string needs no identity."));

    protected override ValueTask CloseAsync() => ValueTask.CompletedTask;
}
