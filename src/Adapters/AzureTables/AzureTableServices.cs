using Azure.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sentiment.Adapters.AzureStorage;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.AzureTables;

/// <summary>Registers the Azure table adapter.</summary>
public static class AzureTableServices
{
    /// <summary>
    /// Tables in one Azure table, as <see cref="ITableStore"/> and <see cref="ITableReader"/>, and as
    /// <see cref="ITableSnapshots"/> in the weaker form of <see cref="LiveTableReads"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Says at least which account; a bad value is named with its key when the host starts.</param>
    public static IServiceCollection AddAzureTables(this IServiceCollection services, Action<AzureStorageOptions> configure)
    {
        services.AddAzureStorage(StorageService.Table, configure);
        services.AddSingleton(provider => new AzureTableStore(
            provider.GetRequiredService<IOptions<AzureStorageOptions>>().Value, provider.GetRequiredService<TokenCredential>));
        services.AddSingleton<ITableStore>(provider => provider.GetRequiredService<AzureTableStore>());
        services.AddSingleton<ITableReader>(provider => provider.GetRequiredService<AzureTableStore>());
        services.AddSingleton<ITableSnapshots>(provider => new LiveTableReads(provider.GetRequiredService<AzureTableStore>()));
        return services;
    }
}
