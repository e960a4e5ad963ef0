using Sentiment.Domain.Caching;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>Tenants' alert rules, in the partition <see cref="AlertPartitions.Of"/> of each.</summary>
public sealed class RuleStore(ITableStore tables, TimeProvider time)
{
    /// <summary>The most rules of a tenant.</summary>
    public const int MaxPerTenant = 1000;

    /// <summary>How long a process goes by what it knows of a tenant's rules; whoever changes one in it sees it at once.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private const string Prefix = "r|";
    private const int TenantsRemembered = 5000;
    private readonly ShortLivedCache<RuleIndex> _enabled = new(Life, TenantsRemembered, time);

    /// <summary>A rule, or null.</summary>
    public async Task<AlertRule?> GetAsync(string tenant, string id, CancellationToken cancellationToken) =>
        RuleChecks.IsId(id) && await tables.GetAsync(AlertPartitions.Of(tenant), Key(id), cancellationToken).ConfigureAwait(false) is { } row ? Read(row) : null;

    /// <summary>A page of a tenant's rules by id.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="after">The id that the page before ended with; null for the first.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <exception cref="ArgumentException"><paramref name="after"/> is no id of a rule.</exception>
    public async Task<IReadOnlyList<AlertRule>> ListAsync(string tenant, int limit, string? after, CancellationToken cancellationToken)
    {
        if (after is not null && !RuleChecks.IsId(after))
        {
            throw new ArgumentException("Not the id of a rule.", nameof(after));
        }

        var range = TableRange.Prefix(AlertPartitions.Of(tenant), Prefix, limit);
        var found = new List<AlertRule>();
        await foreach (var row in tables.QueryAsync(after is null ? range : range with { From = Rows.After(Key(after)) }, cancellationToken).ConfigureAwait(false))
        {
            found.Add(Read(row));
        }

        return found;
    }

    /// <summary>Adds a rule as version 1; null: there is one of its id.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="rule">The rule; its version and time are not looked at.</param>
    /// <param name="cancellationToken">Gives up; the rule may or may not be there.</param>
    /// <exception cref="RuleLimitException">The tenant has as many as it may have.</exception>
    public async Task<AlertRule?> CreateAsync(string tenant, AlertRule rule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (await GetAsync(tenant, rule.Id, cancellationToken).ConfigureAwait(false) is not null)
        {
            return null;
        }

        if ((await ListAsync(tenant, MaxPerTenant, null, cancellationToken).ConfigureAwait(false)).Count >= MaxPerTenant)
        {
            throw new RuleLimitException();
        }

        var made = rule with { Version = 1, ChangedAt = time.GetUtcNow() };
        return await WriteAsync(tenant, TableWrite.Insert(Key(rule.Id), Rows.Version, Data(made)), cancellationToken).ConfigureAwait(false) ? made : null;
    }

    /// <summary>Puts a rule in the place of one of a version, as the next; null: the one that stands is of another version, or there is none.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="version">The version that is changed.</param>
    /// <param name="rule">What it is to be; its version and time are not looked at.</param>
    /// <param name="cancellationToken">Gives up; it may or may not be changed.</param>
    public async Task<AlertRule?> ChangeAsync(string tenant, int version, AlertRule rule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (await RowAsync(tenant, rule.Id, version, cancellationToken).ConfigureAwait(false) is not { } row)
        {
            return null;
        }

        var changed = rule with { Version = version + 1, ChangedAt = time.GetUtcNow() };
        return await WriteAsync(tenant, TableWrite.IfMatch(row.Key, Rows.Version, Data(changed), row.ETag), cancellationToken).ConfigureAwait(false) ? changed : null;
    }

    /// <summary>Removes a rule of a version and all that it remembers; its alerts stay. False: the one that stands is of another version, or there is none.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">Its id.</param>
    /// <param name="version">The version that is removed.</param>
    /// <param name="cancellationToken">Gives up; it may or may not be there.</param>
    public async Task<bool> DeleteAsync(string tenant, string id, int version, CancellationToken cancellationToken)
    {
        if (await RowAsync(tenant, id, version, cancellationToken).ConfigureAwait(false) is not { } row
            || !await WriteAsync(tenant, TableWrite.Delete(row.Key, row.ETag), cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        // What stays of it, for somebody gives up here, is of no rule that will ever be made again.
        var states = new List<TableWrite>();
        await foreach (var state in tables.QueryAsync(TableRange.Prefix(AlertPartitions.Of(tenant), SymbolState.Prefix(id)), cancellationToken).ConfigureAwait(false))
        {
            states.Add(TableWrite.Delete(state.Key));
        }

        await tables.WriteAllAsync(AlertPartitions.Of(tenant), states, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>A tenant's enabled rules, as this process knows them.</summary>
    internal ValueTask<RuleIndex> EnabledAsync(string tenant, CancellationToken cancellationToken) => _enabled.GetAsync(
        tenant, async token => new RuleIndex([.. (await ListAsync(tenant, MaxPerTenant, null, token).ConfigureAwait(false)).Where(r => r.IsEnabled)]), cancellationToken);

    /// <summary>Has a tenant's rules read anew.</summary>
    internal void Forget(string tenant) => _enabled.Forget(tenant);

    private static string Key(string id) => Prefix + id;

    private static AlertRule Read(TableRow row) => Rows.Read(row, RuleJson.Default.AlertRule);

    private static byte[] Data(AlertRule rule) => Rows.Write(rule, RuleJson.Default.AlertRule);

    private async Task<TableRow?> RowAsync(string tenant, string id, int version, CancellationToken cancellationToken) =>
        RuleChecks.IsId(id) && await tables.GetAsync(AlertPartitions.Of(tenant), Key(id), cancellationToken).ConfigureAwait(false) is { } row && Read(row).Version == version ? row : null;

    private async Task<bool> WriteAsync(string tenant, TableWrite write, CancellationToken cancellationToken)
    {
        try
        {
            await tables.WriteAsync(AlertPartitions.Of(tenant), [write], cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TableConflictException)
        {
            return false;
        }
        finally
        {
            Forget(tenant);
        }
    }
}

/// <summary>A tenant has as many rules as it may have.</summary>
public sealed class RuleLimitException() : Exception($"at most {RuleStore.MaxPerTenant} rules of a tenant expected; delete one first");
