using System.Text.Json;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tenants;

/// <summary>
/// Tenants by id, <c>t|ID</c>, and where they are found by status, e-mail address and table, <c>s|STATUS|ID</c>,
/// <c>e|EMAIL|ID</c> and <c>x|TABLE|ID</c>: one partition, so that a tenant and its places change in one atomic write.
/// </summary>
public sealed class TenantStore(ITableStore tables, IChangeTrail trail, TimeProvider time)
{
    /// <summary>The most tables of a tenant: a change of all of them still is one write.</summary>
    public const int MaxTables = 40;

    /// <summary>The most addresses of a tenant.</summary>
    public const int MaxEmails = 8;

    private const string Partition = "tenants";
    private readonly List<Action> _listeners = [];

    /// <summary>A tenant, one that is being deleted included; null: there is none.</summary>
    public async Task<Stored<StoredTenant>?> GetAsync(string id, CancellationToken cancellationToken) =>
        TenantsFile.IsId(id) && await tables.GetAsync(Partition, Key(id), cancellationToken).ConfigureAwait(false) is { } row ? Read(row) : null;

    /// <summary>Every tenant by id, in one range.</summary>
    public async Task<IReadOnlyList<Stored<StoredTenant>>> AllAsync(CancellationToken cancellationToken)
    {
        var found = new List<Stored<StoredTenant>>();
        await foreach (var row in tables.QueryAsync(TableRange.Prefix(Partition, "t|"), cancellationToken).ConfigureAwait(false))
        {
            found.Add(Read(row));
        }

        return found;
    }

    /// <summary>A page of tenants by id; those that are being deleted are left out.</summary>
    /// <param name="filter">Which are wanted; the narrowest of what it names is one range, the rest is looked at one by one.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <returns>The tenants and where the page ended; null: there is no more.</returns>
    public async Task<(IReadOnlyList<StoredTenant> Tenants, string? End)> ListAsync(TenantFilter filter, int limit, string? after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var prefix = filter.Email is { } email ? EmailPrefix(email) : filter.Table is { } table ? TablePrefix(table) : filter.Status is { } status ? StatusPrefix(status) : "t|";
        var range = TableRange.Prefix(Partition, prefix, limit);
        var ids = new List<string>();
        await foreach (var row in tables.QueryAsync(after is null ? range : range with { From = Rows.After(prefix + after) }, cancellationToken).ConfigureAwait(false))
        {
            ids.Add(row.Key[prefix.Length..]);
        }

        var rows = await tables.GetAllAsync(Partition, ids.Select(Key), cancellationToken).ConfigureAwait(false);
        return (
            [.. ids.Select(id => rows.GetValueOrDefault(Key(id))).OfType<TableRow>().Select(row => Read(row).Row).Where(t => Fits(t, filter))],
            ids.Count == limit ? ids[^1] : null);
    }

    /// <summary>Adds a tenant.</summary>
    /// <param name="tenant">Its settings.</param>
    /// <param name="origin">Whose word counts.</param>
    /// <param name="by">Who adds it.</param>
    /// <param name="cancellationToken">Gives up; it may or may not be there.</param>
    /// <exception cref="TableConflictException">There is one of that id.</exception>
    public async Task<StoredTenant> AddAsync(Tenant tenant, TenantOrigin origin, string by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        var now = time.GetUtcNow();
        var next = new StoredTenant(tenant, origin, now, 1) { Last = new(now, by, ChangedThings.Tenant, tenant.Id, ChangeKinds.Created, Differences(null, tenant)) };
        await tables.WriteAsync(
            Partition, [TableWrite.Insert(Key(tenant.Id), Rows.Version, Data(next)), .. Moves(tenant.Id, [], Places(next))], cancellationToken).ConfigureAwait(false);
        return await TellAsync(next, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes a tenant.</summary>
    /// <param name="standing">As it was read.</param>
    /// <param name="tenant">Its settings from now on.</param>
    /// <param name="origin">Whose word counts from now on.</param>
    /// <param name="by">Who changes it.</param>
    /// <param name="cancellationToken">Gives up; it may or may not be changed.</param>
    /// <exception cref="TableConflictException">It was changed since it was read.</exception>
    public Task<StoredTenant> ChangeAsync(Stored<StoredTenant> standing, Tenant tenant, TenantOrigin origin, string by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(standing);
        ArgumentNullException.ThrowIfNull(tenant);
        var kind = tenant.IsDisabled && !standing.Row.Tenant.IsDisabled ? ChangeKinds.Disabled : ChangeKinds.Changed;
        return PutAsync(standing, standing.Row with { Tenant = tenant, Origin = origin }, by, kind, Differences(standing.Row.Tenant, tenant), cancellationToken);
    }

    /// <summary>Takes a tenant out of every list; only its row stays, until all that it has is removed.</summary>
    /// <exception cref="TableConflictException">It was changed since it was read.</exception>
    internal Task<StoredTenant> BeginDeletionAsync(Stored<StoredTenant> standing, string by, CancellationToken cancellationToken) =>
        PutAsync(standing, standing.Row with { IsDeleting = true }, by, ChangeKinds.Deleted, null, cancellationToken);

    /// <summary>Removes a tenant's row and every place that leads to it; what it has stays.</summary>
    /// <exception cref="TableConflictException">It was changed since it was read.</exception>
    internal async Task RemoveAsync(Stored<StoredTenant> standing, CancellationToken cancellationToken)
    {
        var id = standing.Row.Tenant.Id;
        await tables.WriteAsync(Partition, [TableWrite.Delete(Key(id), standing.ETag), .. Moves(id, Places(standing.Row), [])], cancellationToken).ConfigureAwait(false);
        Told();
    }

    /// <summary>Has the trail know the last change, which a crash may have kept from it.</summary>
    public Task TellTrailAsync(StoredTenant tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return tenant.Last is { } last ? trail.AddAsync(tenant.Tenant.Id, last, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Calls somebody after every change that this process makes.</summary>
    internal void WhenChanged(Action listener)
    {
        lock (_listeners)
        {
            _listeners.Add(listener);
        }
    }

    private async Task<StoredTenant> PutAsync(
        Stored<StoredTenant> standing, StoredTenant next, string by, string kind, IReadOnlyDictionary<string, ChangedField>? fields, CancellationToken cancellationToken)
    {
        await TellTrailAsync(standing.Row, cancellationToken).ConfigureAwait(false);
        var (id, now) = (next.Tenant.Id, time.GetUtcNow());
        next = next with { ChangedAt = now, Version = standing.Row.Version + 1, Last = new(now, by, ChangedThings.Tenant, id, kind, fields) };
        await tables.WriteAsync(
            Partition, [TableWrite.IfMatch(Key(id), Rows.Version, Data(next), standing.ETag), .. Moves(id, Places(standing.Row), Places(next))], cancellationToken).ConfigureAwait(false);
        return await TellAsync(next, cancellationToken).ConfigureAwait(false);
    }

    private async Task<StoredTenant> TellAsync(StoredTenant next, CancellationToken cancellationToken)
    {
        Told();
        if (next.Origin == TenantOrigin.Api || next.IsDeleting)
        {
            // What a file of thousands adds at once is told when somebody asks.
            await TellTrailAsync(next, cancellationToken).ConfigureAwait(false);
        }

        return next;
    }

    private void Told()
    {
        lock (_listeners)
        {
            _listeners.ForEach(listener => listener());
        }
    }

    private static IEnumerable<TableWrite> Moves(string id, HashSet<string> before, HashSet<string> after)
    {
        var data = Rows.Write(id, TenantJson.Default.String);
        return before.Except(after, StringComparer.Ordinal).Select(key => TableWrite.Delete(key))
            .Concat(after.Except(before, StringComparer.Ordinal).Select(key => TableWrite.Upsert(key, Rows.Version, data)));
    }

    private static HashSet<string> Places(StoredTenant stored)
    {
        var id = stored.Tenant.Id;
        var places = new HashSet<string>(StringComparer.Ordinal) { StatusPrefix(stored.Status) + id };
        if (!stored.IsDeleting)
        {
            places.UnionWith((stored.Tenant.Emails ?? []).Select(email => EmailPrefix(email) + id));
            places.UnionWith(stored.Tenant.Tables.Select(table => TablePrefix(table) + id));
        }

        return places;
    }

    // A place may be about to lead elsewhere: what the tenant itself says counts.
    private static bool Fits(StoredTenant stored, TenantFilter filter) => !stored.IsDeleting
        && (filter.Status is null || filter.Status == stored.Status)
        && (filter.Table is null || stored.Tenant.Tables.Contains(filter.Table, StringComparer.Ordinal))
        && (filter.Email is null || stored.Tenant.Emails?.Contains(filter.Email, StringComparer.OrdinalIgnoreCase) == true);

    private static IReadOnlyDictionary<string, ChangedField> Differences(Tenant? before, Tenant after) =>
        ChangedField.Between(before is null ? null : Element(before), Element(after));

    private static JsonElement Element(Tenant tenant) => JsonSerializer.SerializeToElement(tenant, TenantJson.Default.Tenant);

    private static byte[] Data(StoredTenant tenant) => Rows.Write(tenant, TenantJson.Default.StoredTenant);

    private static Stored<StoredTenant> Read(TableRow row) => new(Rows.Read(row, TenantJson.Default.StoredTenant), row.ETag);

    private static string Key(string id) => "t|" + id;

    private static string StatusPrefix(TenantStatus status) => $"s|{status}|";

    private static string EmailPrefix(string email) => $"e|{TableLimits.Escape(email.ToLowerInvariant())}|";

    private static string TablePrefix(string table) => $"x|{TableLimits.Escape(table)}|";
}
