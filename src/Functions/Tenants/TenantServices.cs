using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.Functions.Tenants;

/// <summary>Registers where the tenants come from.</summary>
internal static class TenantServices
{
    /// <summary>The key of a file's path; it comes before <see cref="BlobKey"/>.</summary>
    public const string FileKey = "Tenants:File";

    /// <summary>The key of a blob's name.</summary>
    public const string BlobKey = "Tenants:Blob";

    /// <summary>The blob where neither is set.</summary>
    public const string DefaultBlob = "config/tenants.json";

    /// <summary>Registers the stored tenants, which take over those of the configured file, or of the configured blob.</summary>
    public static IServiceCollection AddTenants(this IServiceCollection services, IConfiguration configuration) =>
        services.AddStoredTenants(provider =>
        {
            var (sources, models, time) = (provider.GetRequiredService<SourceCatalog>(), provider.GetRequiredService<ISentimentModels>(), provider.GetRequiredService<TimeProvider>());
            if (configuration[FileKey] is { Length: > 0 } path)
            {
                // A relative path means the program's folder, for the worker's current one is the host's affair.
                var file = Path.GetFullPath(path, AppContext.BaseDirectory);
                return new StoredTenants($"file '{file}' ({FileKey})", token => ReadAsync(file, token), sources, models, time);
            }

            var blobs = provider.GetRequiredService<IBlobStore>();
            var blob = configuration[BlobKey] is { Length: > 0 } name ? name : DefaultBlob;
            return new StoredTenants($"blob '{blob}' ({BlobKey})", token => blobs.GetAsync(blob, token), sources, models, time);
        });

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
