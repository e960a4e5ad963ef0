using Azure.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sentiment.Adapters.AzureStorage;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.AzureBlobs;

/// <summary>Registers the Azure blob adapter.</summary>
public static class AzureBlobServices
{
    /// <summary>Blobs in one Azure container, as <see cref="IBlobStore"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Says at least which account; a bad value is named with its key when the host starts.</param>
    public static IServiceCollection AddAzureBlobs(this IServiceCollection services, Action<AzureStorageOptions> configure)
    {
        services.AddAzureStorage(StorageService.Blob, configure);
        services.AddSingleton(provider => new AzureBlobStore(
            provider.GetRequiredService<IOptions<AzureStorageOptions>>().Value, provider.GetRequiredService<TokenCredential>));
        services.AddSingleton<IBlobStore>(provider => provider.GetRequiredService<AzureBlobStore>());
        return services;
    }
}
