using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants.Deletion;

namespace Sentiment.Domain.Tenants;

/// <summary>
/// Takes the tenants of a file into the store: those that are new, those that changed and those that left, as long as nobody
/// has changed them over the API; one that was deleted there is not made again.
/// </summary>
/// <param name="file">The tenants of the file.</param>
/// <param name="store">Where they go.</param>
/// <param name="deletions">Which were deleted.</param>
/// <param name="log">Where it is told what of the file does not count.</param>
public sealed partial class TenantSeed(ITenantDirectory file, TenantStore store, DeletionStore deletions, ILogger<TenantSeed> log) : IDisposable
{
    /// <summary>Who changes what the file changes.</summary>
    public const string Author = "file";

    // Each is a write of its own; all of them go to one partition.
    private const int AtOnce = 8;
    private readonly SemaphoreSlim _turn = new(1);
    private string? _taken;

    /// <summary>The tenants that the file names.</summary>
    public ValueTask<TenantRoster> ReadAsync(CancellationToken cancellationToken) => file.GetAsync(cancellationToken);

    /// <summary>Takes the file over if it is another than the last time; taken over again, it changes nothing.</summary>
    /// <exception cref="TenantsFileException">It has problems; nothing was taken over.</exception>
    public async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        var roster = await file.GetAsync(cancellationToken).ConfigureAwait(false);
        if (roster.Hash == _taken)
        {
            return;
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (roster.Hash != _taken)
            {
                await TakeOverAsync(roster, cancellationToken).ConfigureAwait(false);
                _taken = roster.Hash;
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task TakeOverAsync(TenantRoster roster, CancellationToken cancellationToken)
    {
        var standing = (await store.AllAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(t => t.Row.Tenant.Id, StringComparer.Ordinal);
        var fresh = roster.Tenants.Where(t => !standing.ContainsKey(t.Id)).ToList();
        var deleted = await deletions.OfAsync(fresh.Select(t => t.Id), cancellationToken).ConfigureAwait(false);
        foreach (var id in fresh.Select(t => t.Id).Where(deleted.Contains))
        {
            LogDeleted(log, id);
        }

        var named = roster.Tenants.Select(t => t.Id).ToHashSet(StringComparer.Ordinal);
        List<Func<CancellationToken, Task>> changes =
        [
            .. fresh.Where(t => !deleted.Contains(t.Id)).Select(t => (Func<CancellationToken, Task>)(token => store.AddAsync(t, TenantOrigin.File, Author, token))),
            .. standing.Values.Where(t => t.Row is { Origin: TenantOrigin.File, IsDeleting: false } && !named.Contains(t.Row.Tenant.Id))
                .Select(t => (Func<CancellationToken, Task>)(token => store.RemoveAsync(t, token))),
        ];
        foreach (var tenant in roster.Tenants)
        {
            if (!standing.TryGetValue(tenant.Id, out var stored) || AreAlike(stored.Row.Tenant, tenant))
            {
                continue;
            }

            if (stored.Row is { Origin: TenantOrigin.File, IsDeleting: false })
            {
                changes.Add(token => store.ChangeAsync(stored, tenant, TenantOrigin.File, Author, token));
            }
            else
            {
                LogApis(log, tenant.Id);
            }
        }

        await Parallel.ForEachAsync(changes, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (change, token) =>
        {
            try
            {
                await change(token).ConfigureAwait(false);
            }
            catch (TableConflictException)
            {
                // Another process takes the same file over, or somebody has just changed the tenant over the API.
            }
        }).ConfigureAwait(false);
    }

    private static bool AreAlike(Tenant a, Tenant b) =>
        JsonSerializer.SerializeToUtf8Bytes(a, TenantJson.Default.Tenant).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(b, TenantJson.Default.Tenant));

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Tenant {Tenant} was changed over the API: what the tenants file says of it no longer counts.")]
    private static partial void LogApis(ILogger logger, string tenant);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "Tenant {Tenant} was deleted over the API: it is not made again from the tenants file.")]
    private static partial void LogDeleted(ILogger logger, string tenant);
}
