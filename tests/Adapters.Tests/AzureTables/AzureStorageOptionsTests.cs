using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sentiment.Adapters.AzureBlobs;
using Sentiment.Adapters.AzureStorage;
using Sentiment.Adapters.AzureTables;
using Sentiment.Azurite;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.AzureTables;

public class AzureStorageOptionsTests
{
    private static readonly Uri Tables = new("https://x.table.core.windows.net");
    private static readonly Uri Blobs = new("https://x.blob.core.windows.net");

    public static TheoryData<AzureStorageOptions, string[]> Bad => new()
    {
        { new(), ["Storage:Azure:ConnectionString or Storage:Azure:TableServiceUri", "Storage:Azure:ConnectionString or Storage:Azure:BlobServiceUri"] },
        { new() { TableServiceUri = Tables }, ["Storage:Azure:ConnectionString or Storage:Azure:BlobServiceUri"] },
        { new() { TableServiceUri = new("http://x.test"), BlobServiceUri = new("x", UriKind.Relative) }, ["Storage:Azure:TableServiceUri", "Storage:Azure:BlobServiceUri"] },
        { new() { ConnectionString = "UseDevelopmentStorage=true", TableServiceUri = Tables }, ["Storage:Azure:ConnectionString and Storage:Azure:TableServiceUri"] },
        { new() { ConnectionString = "hidden=secret" }, ["Storage:Azure:ConnectionString: not", "Storage:Azure:ConnectionString: not"] },
        { new() { TableServiceUri = Tables, BlobServiceUri = Blobs, Table = "a-b", Container = "A" }, ["Storage:Azure:Table", "Storage:Azure:Container"] },
        { new() { TableServiceUri = Tables, BlobServiceUri = Blobs, Table = "Tables", Container = "a--b" }, ["Storage:Azure:Table", "Storage:Azure:Container"] },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_bad_value_is_named_with_its_key_when_the_host_starts(AzureStorageOptions options, string[] keys)
    {
        using var services = Services(options);
        var failures = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate()).Failures.ToList();
        Assert.Equal(keys.Length, failures.Count);
        Assert.All(keys.Zip(failures), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.DoesNotContain(failures, failure => failure.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void Addresses_are_entered_with_the_environments_identity()
    {
        using var services = Services(new() { TableServiceUri = Tables, BlobServiceUri = Blobs, ClientId = "id" });
        services.GetRequiredService<IStartupValidator>().Validate();
        Assert.NotNull(services.GetRequiredService<ITableStore>());
        Assert.NotNull(services.GetRequiredService<IBlobStore>());
    }

    [Fact]
    public async Task Services_get_one_store_of_each_kind()
    {
        using var services = Services(new()
        {
            ConnectionString = (await AzuriteServer.SharedAsync()).ConnectionString,
            Table = AzuriteServer.FreshName(),
            Container = AzuriteServer.FreshName(),
        });
        services.GetRequiredService<IStartupValidator>().Validate();
        await services.GetRequiredService<ITableStore>().WriteAsync("p", [TableWrite.Insert("k", 1, default)], default);
        Assert.NotNull(await services.GetRequiredService<ITableReader>().GetAsync("p", "k", default));
        await using var reads = await services.GetRequiredService<ITableSnapshots>().OpenSnapshotAsync(default);
        Assert.NotNull(await reads.GetAsync("p", "k", default));
        await services.GetRequiredService<IBlobStore>().PutAsync("a", default, default);
        Assert.NotNull(await services.GetRequiredService<AzureBlobStore>().GetAsync("a", default));
    }

    private static ServiceProvider Services(AzureStorageOptions options)
    {
        void Configure(AzureStorageOptions o) => (o.ConnectionString, o.TableServiceUri, o.BlobServiceUri, o.ClientId, o.Table, o.Container) =
            (options.ConnectionString, options.TableServiceUri, options.BlobServiceUri, options.ClientId, options.Table, options.Container);
        return new ServiceCollection().AddAzureTables(Configure).AddAzureBlobs(Configure).BuildServiceProvider();
    }
}
