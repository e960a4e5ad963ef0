using Sentiment.Domain.Caching;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Tenants;

/// <summary>Tenants of a file that may change while the host runs; a change is seen within <see cref="Life"/>.</summary>
/// <param name="where">What to call the file in errors.</param>
/// <param name="read">Reads its bytes; null if it is not there.</param>
/// <param name="sources">The tables there are.</param>
/// <param name="models">The models there are.</param>
/// <param name="time">The clock.</param>
public sealed class StoredTenants(
    string where, Func<CancellationToken, Task<ReadOnlyMemory<byte>?>> read, SourceCatalog sources, ISentimentModels models, TimeProvider time) : ITenantDirectory
{
    /// <summary>How long the tenants are kept before the file is read again.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private readonly ShortLivedCache<TenantRoster> _cache = new(Life, 1, time);

    /// <inheritdoc/>
    public ValueTask<TenantRoster> GetAsync(CancellationToken cancellationToken) => _cache.GetAsync(where, ReadAsync, cancellationToken);

    private async Task<TenantRoster> ReadAsync(CancellationToken cancellationToken) =>
        await read(cancellationToken).ConfigureAwait(false) is { } bytes
            ? TenantsFile.Parse(bytes, sources, models.Names)
            : throw new TenantsFileException([$"$: there is no {where}"]);
}
