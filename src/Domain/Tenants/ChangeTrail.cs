using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tenants;

/// <summary>Changes in partition <c>changes|TENANT</c>, newest first.</summary>
public sealed class ChangeTrail(ITableStore tables) : IChangeTrail
{
    /// <inheritdoc/>
    public Task AddAsync(string tenant, TenantChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var key = $"{Rows.NewestFirst(change.At)}|{change.What}|{TableLimits.Escape(change.Id)}|{change.Change}";
        return tables.WriteAsync(Partition(tenant), [TableWrite.Upsert(key, Rows.Version, Rows.Write(change, TenantJson.Default.TenantChange))], cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<(IReadOnlyList<TenantChange> Changes, string? End)> ListAsync(string tenant, int limit, string? after, CancellationToken cancellationToken)
    {
        var found = new List<TenantChange>();
        string? end = null;
        var range = new TableRange(Partition(tenant), after is null ? "" : Rows.After(after), Limit: limit);
        await foreach (var row in tables.QueryAsync(range, cancellationToken).ConfigureAwait(false))
        {
            found.Add(Rows.Read(row, TenantJson.Default.TenantChange));
            end = row.Key;
        }

        return (found, found.Count == limit ? end : null);
    }

    internal static string Partition(string tenant) => $"changes|{tenant}";
}
