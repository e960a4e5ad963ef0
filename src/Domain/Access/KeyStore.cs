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

    /// <summary>A process notes so often, at most, that a key was presented.</summary>
    public static readonly TimeSpan NoteEvery = TimeSpan.FromMinutes(1);

    /// <summary>The longest time for which a key that was replaced stays good.</summary>
    public static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(7);

    private const string Partition = "keys";
    private const int Remembered = 1000;
    private const int MaxTries = 5;
    private readonly ShortLivedCache<AccessKey?> _known = new(Life, Remembered, time);
    private readonly ShortLivedCache<bool> _noted = new(NoteEvery, Remembered, time);

    /// <summary>Makes a key; this is the only time that its text is known.</summary>
    /// <param name="tenant">Whose it will be.</param>
    /// <param name="scopes">What it may do.</param>
    /// <param name="cancellationToken">Gives up; the key may or may not be there.</param>
    /// <param name="name">What people call it.</param>
    /// <exception cref="KeyLimitException">The tenant has as many as it may have.</exception>
    public async Task<(AccessKey Key, string Text)> CreateAsync(
        string tenant, IReadOnlyList<string> scopes, CancellationToken cancellationToken, string? name = null)
    {
        await MakeRoomAsync(tenant, cancellationToken).ConfigureAwait(false);
        var (key, text) = New(tenant, scopes, name);
        await tables.WriteAsync(Partition, [Insert(key)], cancellationToken).ConfigureAwait(false);
        return (key, text);
    }

    /// <summary>Replaces a key by one that may do the same; the old one stays good for a while.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="id">The old key's id.</param>
    /// <param name="overlap">For how long the old one stays good, at most <see cref="MaxOverlap"/>.</param>
    /// <param name="cancellationToken">Gives up; it is replaced or it is not.</param>
    /// <returns>The new key; null: the tenant has no such key that is still good.</returns>
    /// <exception cref="KeyLimitException">The tenant has as many as it may have.</exception>
    /// <exception cref="TableConflictException">The old key was changed at the same moment.</exception>
    public async Task<(AccessKey Key, string Text)?> RotateAsync(string tenant, string id, TimeSpan overlap, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(overlap.Ticks, nameof(overlap));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(overlap, MaxOverlap);
        if (await GetAsync(tenant, id, cancellationToken).ConfigureAwait(false) is null)
        {
            return null;
        }

        await MakeRoomAsync(tenant, cancellationToken).ConfigureAwait(false);
        for (var tries = 1; await tables.GetAsync(Partition, id, cancellationToken).ConfigureAwait(false) is { } row; tries++)
        {
            var old = Read(row);
            var end = time.GetUtcNow() + overlap;
            var (key, text) = New(tenant, old.Scopes, old.Name);
            try
            {
                await tables.WriteAsync(Partition, [Insert(key), Replace(old with { ExpiresAt = old.ExpiresAt < end ? old.ExpiresAt : end }, row.ETag)], cancellationToken).ConfigureAwait(false);
                _known.Forget(id);
                return (key, text);
            }
            catch (TableConflictException) when (tries < MaxTries)
            {
                // It was presented at the same moment, which is noted in its row.
            }
        }

        return null;
    }

    /// <summary>A tenant's key that is still good; null: there is none of that id.</summary>
    public async Task<AccessKey?> GetAsync(string tenant, string id, CancellationToken cancellationToken) =>
        IsOf(tenant, id) && await ReadAsync(id, cancellationToken).ConfigureAwait(false) is { } key && IsGood(key) ? key : null;

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
        if (!isIt || !IsGood(key!))
        {
            return null;
        }

        Note(key!);
        return key;
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
            found.Add(Read(row));
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
        await tables.GetAsync(Partition, id, cancellationToken).ConfigureAwait(false) is { } row ? Read(row) : null;

    private bool IsGood(AccessKey key) => !(key.ExpiresAt <= time.GetUtcNow());

    private (AccessKey Key, string Text) New(string tenant, IReadOnlyList<string> scopes, string? name)
    {
        var (id, text, hash) = KeyText.New(tenant);
        return (new(id, tenant, scopes, hash, time.GetUtcNow()) { Name = name }, text);
    }

    /// <summary>Removes keys that are no longer good.</summary>
    /// <exception cref="KeyLimitException">The others are as many as there may be.</exception>
    private async Task MakeRoomAsync(string tenant, CancellationToken cancellationToken)
    {
        var all = await ListAsync(tenant, MaxPerTenant, null, cancellationToken).ConfigureAwait(false);
        var ended = all.Where(key => !IsGood(key)).ToList();
        await tables.WriteAllAsync(Partition, ended.ConvertAll(key => TableWrite.Delete(key.Id)), cancellationToken).ConfigureAwait(false);
        if (all.Count - ended.Count >= MaxPerTenant)
        {
            throw new KeyLimitException();
        }
    }

    // Nobody waits for it, and nobody is refused where it fails.
    private void Note(AccessKey key)
    {
        if (!(key.LastUsedAt + NoteEvery > time.GetUtcNow()))
        {
            _ = _noted.GetAsync(key.Id, token => NoteAsync(key.Id, token), CancellationToken.None).AsTask();
        }
    }

    private async Task<bool> NoteAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            if (await tables.GetAsync(Partition, id, cancellationToken).ConfigureAwait(false) is { } row && !(Read(row).LastUsedAt + NoteEvery > time.GetUtcNow()))
            {
                await tables.WriteAsync(Partition, [Replace(Read(row) with { LastUsedAt = time.GetUtcNow() }, row.ETag)], cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // It was changed at the same moment, or the store is down, which others will tell.
        }

        return true;
    }

    private static AccessKey Read(TableRow row) => Rows.Read(row, AccessJson.Default.AccessKey);

    private static TableWrite Insert(AccessKey key) => TableWrite.Insert(key.Id, Rows.Version, Rows.Write(key, AccessJson.Default.AccessKey));

    private static TableWrite Replace(AccessKey key, string etag) => TableWrite.IfMatch(key.Id, Rows.Version, Rows.Write(key, AccessJson.Default.AccessKey), etag);
}

/// <summary>A tenant has as many keys as it may have.</summary>
public sealed class KeyLimitException() : Exception($"at most {KeyStore.MaxPerTenant} keys a tenant; revoke one first");
