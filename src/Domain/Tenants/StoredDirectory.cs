using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Caching;

namespace Sentiment.Domain.Tenants;

/// <summary>
/// The tenants of the store, as far as no deletion has begun. A change made by this process is seen at once, another's
/// within <see cref="Life"/>; the tenants file is looked at as often, and what is new there is taken over.
/// </summary>
public sealed partial class StoredDirectory : ITenantDirectory
{
    /// <summary>How long tenants are kept before they are read again.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private const string Key = "tenants";
    private readonly TenantStore _store;
    private readonly TenantSeed? _seed;
    private readonly ILogger _log;
    private readonly ShortLivedCache<TenantRoster> _cache;
    private string? _problem;

    /// <summary>Makes a directory.</summary>
    /// <param name="store">The store.</param>
    /// <param name="seed">Takes the tenants file over; null: there is no file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where it is told that the file cannot be read.</param>
    public StoredDirectory(TenantStore store, TenantSeed? seed, TimeProvider time, ILogger<StoredDirectory> log)
    {
        ArgumentNullException.ThrowIfNull(store);
        (_store, _seed, _log) = (store, seed, log);
        _cache = new(Life, 1, time);
        store.WhenChanged(() => _cache.Forget(Key));
    }

    /// <inheritdoc/>
    public ValueTask<TenantRoster> GetAsync(CancellationToken cancellationToken) => _cache.GetAsync(Key, ReadAsync, cancellationToken);

    private async Task<TenantRoster> ReadAsync(CancellationToken cancellationToken)
    {
        TenantsFileException? problem = null;
        try
        {
            if (_seed is not null)
            {
                await _seed.TakeOverAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (TenantsFileException failure)
        {
            problem = failure;
        }

        var all = await _store.AllAsync(cancellationToken).ConfigureAwait(false);
        if (problem is not null && all.Count == 0)
        {
            throw problem;
        }

        if (problem is not null && problem.Message != _problem)
        {
            LogUnread(_log, problem.Message);
        }

        _problem = problem?.Message;
        IReadOnlyList<Tenant> tenants = [.. all.Where(t => !t.Row.IsDeleting).Select(t => t.Row.Tenant)];
        return new(tenants, HashOf(tenants));
    }

    // Of what a run may depend on: another name or address makes no other run.
    private static string HashOf(IReadOnlyList<Tenant> tenants)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tenant in tenants)
        {
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(tenant with { Name = "", Emails = null }, TenantJson.Default.Tenant));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The tenants file counts for nothing until it is mended; tenants are as they were last stored. {Problem}")]
    private static partial void LogUnread(ILogger logger, string problem);
}
