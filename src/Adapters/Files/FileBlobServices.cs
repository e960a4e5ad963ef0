using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Files;

/// <summary>Registers the file adapters.</summary>
public static class FileBlobServices
{
    /// <summary>Blobs as files below a folder, as <see cref="IBlobStore"/>; opened on first use.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Says at least where the folder lies.</param>
    public static IServiceCollection AddFileBlobs(this IServiceCollection services, Action<FileBlobOptions> configure)
    {
        services.Configure(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new FileBlobStore(
            provider.GetRequiredService<IOptions<FileBlobOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<FileBlobStore>>() ?? NullLogger<FileBlobStore>.Instance));
        services.AddSingleton<IBlobStore>(provider => provider.GetRequiredService<FileBlobStore>());
        return services;
    }
}
