using Sentiment.Domain.Live;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>Which alerts a list has; all conditions must hold.</summary>
/// <param name="Rule">Of this rule.</param>
/// <param name="Symbol">About this symbol; case does not matter.</param>
/// <param name="State">In this state.</param>
public sealed record AlertFilter(string? Rule = null, string? Symbol = null, AlertState? State = null)
{
    internal bool Takes(StoredAlert stored) =>
        (Rule is null || stored.Alert.Rule.Id == Rule) && (Symbol is null || string.Equals(stored.Alert.Symbol, Symbol, StringComparison.OrdinalIgnoreCase)) && (State is null || stored.State == State);
}

/// <summary>A page of a list.</summary>
/// <param name="Entries">The page.</param>
/// <param name="Next">Where the next one goes on; null on the last.</param>
public sealed record AlertPage<T>(IReadOnlyList<T> Entries, string? Next);

/// <summary>An alert with what is to become, or became, of it.</summary>
/// <param name="Stored">The alert.</param>
/// <param name="Message">The message that it is sent with; null: its rule has no targets.</param>
public sealed record InboxAlert(StoredAlert Stored, AlertMessage? Message);

/// <summary>Alerts and messages of tenants, as <see cref="AlertKeys"/> has them.</summary>
/// <param name="tables">The tables.</param>
/// <param name="time">The clock.</param>
/// <param name="live">Is told of what changed; null: nobody is.</param>
public sealed class AlertStore(ITableStore tables, TimeProvider time, ILiveSignals? live = null)
{
    /// <summary>Alerts that a page looks at, at most; it then says where to go on, with fewer than were asked for.</summary>
    public const int LookedAt = 2000;

    private const int Tries = 50;

    /// <summary>A page of a tenant's alerts, newest first, without the items of their evidence.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="filter">Which.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="after">Where the page before said to go on; null for the first.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <exception cref="ArgumentException"><paramref name="after"/> is no such place.</exception>
    public async Task<AlertPage<InboxAlert>> ListAsync(string tenant, AlertFilter filter, int limit, string? after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var found = new List<StoredAlert>();
        var (looked, last, next) = (0, "", (string?)null);
        await foreach (var row in tables.QueryAsync(After(tenant, AlertKeys.Alerts, after, LookedAt + 1), cancellationToken).ConfigureAwait(false))
        {
            if (found.Count == limit || looked++ == LookedAt)
            {
                next = last;
                break;
            }

            last = row.Key;
            if (Rows.Read(row, DeliveryJson.Default.StoredAlert) is var stored && filter.Takes(stored))
            {
                found.Add(stored);
            }
        }

        var messages = await MessagesAsync(tenant, found.Select(f => f.Message).OfType<string>(), cancellationToken).ConfigureAwait(false);
        return new([.. found.Select(f => new InboxAlert(f, f.Message is null ? null : messages.GetValueOrDefault(f.Message)))], next);
    }

    /// <summary>An alert with all of its evidence; null: there is none.</summary>
    public async Task<InboxAlert?> GetAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(tenant, id, cancellationToken).ConfigureAwait(false) is not { } row)
        {
            return null;
        }

        var stored = Rows.Read(row, DeliveryJson.Default.StoredAlert);
        var partition = AlertPartitions.Of(tenant);
        var keys = new List<string> { AlertKeys.Evidence(id) };
        if (stored.Message is not null) keys.Add(AlertKeys.Message(stored.Message));
        var rows = await tables.GetAllAsync(partition, keys, cancellationToken).ConfigureAwait(false);
        if (rows.TryGetValue(keys[0], out var items))
        {
            stored = stored with { Alert = stored.Alert with { Evidence = stored.Alert.Evidence with { Items = Rows.Read(items, DeliveryJson.Default.EvidenceItems) } } };
        }

        var message = stored.Message is not null && rows.TryGetValue(keys[1], out var found) ? Rows.Read(found, DeliveryJson.Default.AlertMessage) : null;
        return new(stored, message);
    }

    /// <summary>Records that somebody has looked at an alert; false: there is none.</summary>
    public async Task<bool> SeeAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await FindAsync(tenant, id, cancellationToken).ConfigureAwait(false) is not { } row)
            {
                return false;
            }

            var stored = Rows.Read(row, DeliveryJson.Default.StoredAlert);
            if (stored.State == AlertState.Seen)
            {
                return true;
            }

            try
            {
                var seen = stored with { State = AlertState.Seen, SeenAt = time.GetUtcNow() };
                await tables.WriteAsync(
                    row.Partition, [TableWrite.IfMatch(row.Key, Rows.Version, Rows.Write(seen, DeliveryJson.Default.StoredAlert), row.ETag)], cancellationToken).ConfigureAwait(false);
                live?.AlertsChanged(tenant);
                return true;
            }
            catch (TableConflictException) when (attempt < Tries)
            {
                // Somebody else said so at the same time, or the alert is being removed.
            }
        }
    }

    /// <summary>A page of a tenant's deliveries of a status, newest first: waiting, held or dead.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="status">The status.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="after">Where the page before said to go on; null for the first.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <exception cref="ArgumentException"><paramref name="after"/> is no such place, or the status is not listed.</exception>
    public async Task<AlertPage<(AlertMessage Message, TargetDelivery Delivery)>> DeliveriesAsync(
        string tenant, DeliveryStatus status, int limit, string? after, CancellationToken cancellationToken)
    {
        if (!AlertKeys.IsListed(status))
        {
            throw new ArgumentException($"Deliveries that are {status} are not listed.", nameof(status));
        }

        var places = new List<(string Key, string Message, int Number)>();
        await foreach (var row in tables.QueryAsync(After(tenant, AlertKeys.Deliveries(status), after, limit + 1), cancellationToken).ConfigureAwait(false))
        {
            var parts = row.Key.Split('|');
            places.Add((row.Key, parts[^2], int.Parse(parts[^1], System.Globalization.CultureInfo.InvariantCulture)));
        }

        var messages = await MessagesAsync(tenant, places.Take(limit).Select(p => p.Message), cancellationToken).ConfigureAwait(false);
        var found = places.Take(limit).Where(p => messages.ContainsKey(p.Message))
            .Select(p => (Message: messages[p.Message], Delivery: messages[p.Message].Deliveries.FirstOrDefault(d => d.Number == p.Number)))
            .Where(f => f.Delivery?.Status == status);
        return new([.. found.Select(f => (f.Message, f.Delivery!))], places.Count > limit ? places[limit - 1].Key : null);
    }

    /// <summary>Messages by id, those that exist.</summary>
    public async Task<IReadOnlyDictionary<string, AlertMessage>> MessagesAsync(string tenant, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var rows = await tables.GetAllAsync(AlertPartitions.Of(tenant), ids.Distinct(StringComparer.Ordinal).Select(AlertKeys.Message), cancellationToken).ConfigureAwait(false);
        return rows.Values.Select(r => Rows.Read(r, DeliveryJson.Default.AlertMessage)).ToDictionary(m => m.Id, StringComparer.Ordinal);
    }

    /// <summary>A message; null: there is none.</summary>
    public async Task<AlertMessage?> MessageAsync(string tenant, string id, CancellationToken cancellationToken) =>
        await tables.GetAsync(AlertPartitions.Of(tenant), AlertKeys.Message(id), cancellationToken).ConfigureAwait(false) is { } row
            ? Rows.Read(row, DeliveryJson.Default.AlertMessage) : null;

    /// <summary>
    /// Changes a message, and with it in one write what lists its deliveries and whether something is left to do for it; tried
    /// again where somebody else changed it meanwhile.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="id">The message.</param>
    /// <param name="change">What it becomes; the same again, or null: nothing is written.</param>
    /// <param name="cancellationToken">Gives up; it may or may not have been written.</param>
    /// <returns>As it stands now; null: there is none.</returns>
    internal async Task<AlertMessage?> ChangeAsync(string tenant, string id, Func<AlertMessage, AlertMessage?> change, CancellationToken cancellationToken)
    {
        var partition = AlertPartitions.Of(tenant);
        for (var attempt = 1; ; attempt++)
        {
            if (await tables.GetAsync(partition, AlertKeys.Message(id), cancellationToken).ConfigureAwait(false) is not { } row)
            {
                return null;
            }

            var before = Rows.Read(row, DeliveryJson.Default.AlertMessage);
            if (change(before) is not { } after || ReferenceEquals(after, before))
            {
                return before;
            }

            try
            {
                await tables.WriteAsync(partition, [.. Writes(before, row.ETag, after)], cancellationToken).ConfigureAwait(false);
                live?.AlertsChanged(tenant);
                return after;
            }
            catch (TableConflictException) when (attempt < Tries)
            {
                // Another delivery of the same message was recorded, or an alert was added.
            }
        }
    }

    /// <summary>What has to be written for a message: itself, what lists its deliveries, and whether something is left to do.</summary>
    /// <param name="before">As it stands; null: it is new.</param>
    /// <param name="etag">Its ETag; null if it is new.</param>
    /// <param name="after">As it will be.</param>
    internal IEnumerable<TableWrite> Writes(AlertMessage? before, string? etag, AlertMessage after)
    {
        var data = Rows.Write(after, DeliveryJson.Default.AlertMessage);
        yield return etag is null ? TableWrite.Insert(AlertKeys.Message(after.Id), Rows.Version, data) : TableWrite.IfMatch(AlertKeys.Message(after.Id), Rows.Version, data, etag);

        foreach (var delivery in after.Deliveries)
        {
            var old = before?.Deliveries.FirstOrDefault(d => d.Number == delivery.Number) is { } stood ? AlertKeys.Delivery(after, stood) : null;
            var key = AlertKeys.Delivery(after, delivery);
            if (old == key) continue;
            if (old is not null) yield return TableWrite.Delete(old);
            if (key is not null) yield return TableWrite.Upsert(key, Rows.Version, Rows.Write(after.Id, DeliveryJson.Default.String));
        }

        // Written anew with each generation, so that whoever has seen the one before under way looks again.
        var (was, now) = (Generations(before), Generations(after));
        if (now.Count == 0 && was.Count > 0)
        {
            yield return TableWrite.Delete(AlertKeys.Intent(after.Id));
        }
        else if (!now.IsSubsetOf(was))
        {
            yield return TableWrite.Upsert(AlertKeys.Intent(after.Id), Rows.Version, Rows.Write(new OpenMessage(time.GetUtcNow()), DeliveryJson.Default.OpenMessage));
        }
    }

    /// <summary>Records that an address wants no more mail of a rule.</summary>
    public Task UnsubscribeAsync(string tenant, string rule, string address, CancellationToken cancellationToken) => tables.WriteAsync(
        AlertPartitions.Of(tenant), [TableWrite.Upsert(AlertKeys.Unsubscribed(rule, address), Rows.Version, Rows.Write(new OpenMessage(time.GetUtcNow()), DeliveryJson.Default.OpenMessage))],
        cancellationToken);

    /// <summary>Whether it did.</summary>
    public async Task<bool> IsUnsubscribedAsync(string tenant, string rule, string address, CancellationToken cancellationToken) =>
        await tables.GetAsync(AlertPartitions.Of(tenant), AlertKeys.Unsubscribed(rule, address), cancellationToken).ConfigureAwait(false) is not null;

    private static HashSet<int> Generations(AlertMessage? message) => [.. message?.Deliveries.Where(d => !d.IsFinal).Select(d => d.Generation) ?? []];

    private static TableRange After(string tenant, string prefix, string? after, int limit)
    {
        var range = TableRange.Prefix(AlertPartitions.Of(tenant), prefix, limit);
        return after is null ? range
            : after.StartsWith(prefix, StringComparison.Ordinal) ? range with { From = Rows.After(after) } : throw new ArgumentException("Not the end of such a page.", nameof(after));
    }

    private async Task<TableRow?> FindAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        var partition = AlertPartitions.Of(tenant);
        if (!Alert.IsId(id)
            || await tables.GetAsync(partition, AlertKeys.Id(id), cancellationToken).ConfigureAwait(false) is not { } place)
        {
            return null;
        }

        return await tables.GetAsync(partition, Rows.Read(place, DeliveryJson.Default.String), cancellationToken).ConfigureAwait(false);
    }
}
