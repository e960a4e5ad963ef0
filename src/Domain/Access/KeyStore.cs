using System.Security.Cryptography;
using System.Text;
using Sentiment.Domain.Caching;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Access;

/// <summary>Tenants' keys, in partition <c>keys</c> by public id, which begins with the tenant's, so that a tenant's are one range.</summary>
public sealed class KeyStore(ITableStore tables, TimeProvider time)
{
    /// <summary>The most keys of a tenant.</summary>
    public const int MaxPerTenant = 100;

    /// <summary>How long a process goes by what it knows of a key: a key that another process revoked is refused by then.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private const string Partition = "keys";
    private const int Remembered = 1000;
    private readonly ShortLivedCache<AccessKey?> _known = new(Life, Remembered, time);

    /// <summary>Makes a key; this is the only time that its text is known.</summary>
    /// <param name="tenant">Whose it will be.</param>
    /// <param name="scopes">What it may do.</param>
    /// <param name="cancellationToken">Gives up; the key may or may not be there.</param>
    /// <exception cref="KeyLimitException">The tenant has as many as it may have.</exception>
    public async Task<(AccessKey Key, string Text)> CreateAsync(string tenant, IReadOnlyList<string> scopes, CancellationToken cancellationToken)
    {
        if ((await ListAsync(tenant, MaxPerTenant, null, cancellationToken).ConfigureAwait(false)).Count == MaxPerTenant)
        {
            throw new KeyLimitException();
        }

        var (id, text, hash) = KeyText.New(tenant);
        var key = new AccessKey(id, tenant, scopes, hash, time.GetUtcNow());
        await tables.WriteAsync(Partition, [TableWrite.Insert(id, Rows.Version, Rows.Write(key, AccessJson.Default.AccessKey))], cancellationToken).ConfigureAwait(false);
        return (key, text);
    }

    /// <summary>The key that a text is, or null.</summary>
    public async ValueTask<AccessKey?> FindAsync(string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!KeyText.TryRead(text, out var id, out var hash))
        {
            return null;
        }

        var key = await _known.GetAsync(id, token => ReadAsync(id, token), cancellationToken).ConfigureAwait(false);

        // As long where there is no such key.
        var isIt = CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(key?.Hash ?? new string('-', hash.Length)));
        return isIt ? key : null;
    }

    /// <summary>A page of a tenant's keys by id.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="after">The id that the page before ended with; null for the first.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <exception cref="ArgumentException"><paramref name="after"/> is no id of the tenant's.</exception>
    public async Task<IReadOnlyList<AccessKey>> ListAsync(string tenant, int limit, string? after, CancellationToken cancellationToken)
    {
        var range = TableRange.Prefix(Partition, tenant + ".", limit);
        if (after is not null)
        {
            range = IsOf(tenant, after) ? range with { From = Rows.After(after) } : throw new ArgumentException("Not the end of such a page.", nameof(after));
        }

        var found = new List<AccessKey>();
        await foreach (var row in tables.QueryAsync(range, cancellationToken).ConfigureAwait(false))
        {
            found.Add(Rows.Read(row, AccessJson.Default.AccessKey));
        }

        return found;
    }

    /// <summary>Revokes a key: at once in this process, within <see cref="Life"/> in others. False: the tenant has no such key.</summary>
    public async Task<bool> RevokeAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        if (!IsOf(tenant, id) || await ReadAsync(id, cancellationToken).ConfigureAwait(false) is null)
        {
            return false;
        }

        await tables.WriteAsync(Partition, [TableWrite.Delete(id)], cancellationToken).ConfigureAwait(false);
        _known.Forget(id);
        return true;
    }

    private static bool IsOf(string tenant, string id) => KeyText.IsId(id) && id.StartsWith(tenant + ".", StringComparison.Ordinal);

    private async Task<AccessKey?> ReadAsync(string id, CancellationToken cancellationToken) =>
        await tables.GetAsync(Partition, id, cancellationToken).ConfigureAwait(false) is { } row ? Rows.Read(row, AccessJson.Default.AccessKey) : null;
}

/// <summary>A tenant has as many keys as it may have.</summary>
public sealed class KeyLimitException() : Exception($"at most {KeyStore.MaxPerTenant} keys a tenant; revoke one first");
