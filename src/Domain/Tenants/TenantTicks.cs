using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tenants;

/// <summary>When tenants with a schedule of their own last took part in a scheduled run: rows in partition <c>schedule</c> by tenant.</summary>
public sealed class TenantTicks(ITableStore tables)
{
    private const string Partition = "schedule";

    /// <summary>The tenants that take part in a run of a tick; those that are disabled never do.</summary>
    /// <param name="tenants">The tenants there are.</param>
    /// <param name="now">When the tick is.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public async Task<IReadOnlyList<Tenant>> DueAsync(IReadOnlyList<Tenant> tenants, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenants);
        var own = tenants.Where(t => t is { Schedule: not null, IsDisabled: false }).Select(t => t.Id).ToList();
        var rows = own.Count == 0 ? [] : await tables.GetAllAsync(Partition, own, cancellationToken).ConfigureAwait(false);
        return [.. tenants.Where(t => !t.IsDisabled
            && (t.Schedule is not { } schedule || TenantSchedule.IsDue(schedule, rows.TryGetValue(t.Id, out var row) ? Rows.Read(row, TenantJson.Default.DateTimeOffset) : null, now)))];
    }

    /// <summary>Notes that tenants took part; a crash before it has them take part in the next tick again.</summary>
    public Task NoteAsync(IEnumerable<Tenant> tenants, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var data = Rows.Write(now, TenantJson.Default.DateTimeOffset);
        return tables.WriteAllAsync(Partition, [.. tenants.Where(t => t.Schedule is not null).Select(t => TableWrite.Upsert(t.Id, Rows.Version, data))], cancellationToken);
    }
}
