using Sentiment.Domain.Caching;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Live;

/// <summary>Remembers which tenants somebody watches, for hubs that cannot tell who listens: rows in partition <c>live</c> by tenant.</summary>
/// <param name="tables">Where it is written, so that every process knows.</param>
/// <param name="time">The clock.</param>
public sealed class LiveInterest(ITableStore tables, TimeProvider time)
{
    /// <summary>For how long a tenant counts as watched: the life of a client URL and ten minutes.</summary>
    public static readonly TimeSpan Life = ILiveHub.UrlLife + TimeSpan.FromMinutes(10);

    /// <summary>A process writes a tenant's row once in so long.</summary>
    public static readonly TimeSpan NoteEvery = TimeSpan.FromMinutes(3);

    /// <summary>A process believes for so long what it read.</summary>
    public static readonly TimeSpan BelieveFor = TimeSpan.FromSeconds(30);

    private const string Partition = "live";
    private const int Capacity = 10_000;

    private readonly ShortLivedCache<bool> _noted = new(NoteEvery, Capacity, time);
    private readonly ShortLivedCache<bool> _watched = new(BelieveFor, Capacity, time);

    /// <summary>Notes that somebody watches a tenant, or is about to.</summary>
    public async ValueTask NoteAsync(string tenant, CancellationToken cancellationToken) => await _noted.GetAsync(tenant, async token =>
    {
        await tables.WriteAsync(
            Partition, [TableWrite.Upsert(tenant, Rows.Version, Rows.Write(time.GetUtcNow(), RowJson.Default.DateTimeOffset))], token).ConfigureAwait(false);
        _watched.Forget(tenant);
        return true;
    }, cancellationToken).ConfigureAwait(false);

    /// <summary>Whether somebody may be watching a tenant.</summary>
    public ValueTask<bool> IsWatchedAsync(string tenant, CancellationToken cancellationToken) => _watched.GetAsync(tenant, async token =>
        await tables.GetAsync(Partition, tenant, token).ConfigureAwait(false) is { } row && time.GetUtcNow() < Rows.Read(row, RowJson.Default.DateTimeOffset) + Life,
        cancellationToken);
}
