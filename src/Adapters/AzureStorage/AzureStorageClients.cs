using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Sentiment.Adapters.AzureStorage;

/// <summary>Makes the clients of the storage account, alike in how they enter it and how they retry.</summary>
/// <remarks>
/// Time-outs, cut connections, 408, 429 and 5xx are tried again after 0.4 s, doubled each time with jitter up to 10 s, or
/// as the service asks: six attempts, about 13 s in all. What then still fails is the caller's, whose activity is retried
/// from its checkpoint.
/// </remarks>
internal static class AzureStorageClients
{
    private const int Retries = 5;

    /// <summary>Registers the options of a service, validated at the start, and the identity that enters it.</summary>
    public static IServiceCollection AddAzureStorage(this IServiceCollection services, StorageService service, Action<AzureStorageOptions> configure)
    {
        services.AddOptions<AzureStorageOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AzureStorageOptions>>(new AzureStorageValidation(service));
        services.TryAddSingleton<TokenCredential>(provider => new DefaultAzureCredential(
            new DefaultAzureCredentialOptions { ManagedIdentityClientId = provider.GetRequiredService<IOptions<AzureStorageOptions>>().Value.ClientId }));
        return services;
    }

    public static TableClient Table(AzureStorageOptions options, Func<TokenCredential> identity)
    {
        var client = Bounded(new TableClientOptions(), TimeSpan.FromSeconds(30), options);
        return string.IsNullOrWhiteSpace(options.ConnectionString)
            ? new TableClient(options.TableServiceUri, options.Table, identity(), client)
            : new TableClient(options.ConnectionString, options.Table, client);
    }

    public static BlobContainerClient Container(AzureStorageOptions options, Func<TokenCredential> identity)
    {
        var client = Bounded(new BlobClientOptions(), TimeSpan.FromSeconds(100), options);
        return (string.IsNullOrWhiteSpace(options.ConnectionString)
            ? new BlobServiceClient(options.BlobServiceUri, identity(), client)
            : new BlobServiceClient(options.ConnectionString, client)).GetBlobContainerClient(options.Container);
    }

    private static TOptions Bounded<TOptions>(TOptions client, TimeSpan attempt, AzureStorageOptions options)
        where TOptions : ClientOptions
    {
        client.Retry.Mode = RetryMode.Exponential;
        client.Retry.MaxRetries = Retries;
        client.Retry.Delay = TimeSpan.FromSeconds(0.4);
        client.Retry.MaxDelay = TimeSpan.FromSeconds(10);
        client.Retry.NetworkTimeout = attempt;
        options.ConfigureClient?.Invoke(client);
        return client;
    }
}
