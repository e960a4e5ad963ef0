using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Ingestion.Pages;

/// <summary>Writes what a pinned page of texts holds: quarantine, items, memberships, aggregates, in this order.</summary>
internal sealed class PageCommitter(
    ItemStore items, DayStore days, QuarantineStore quarantine, TrendStore trends, ChunkStore chunks, ITableStore tables, ChunkModels models,
    TimeProvider time) : IPageCommitter
{
    private const int MaxUrlLength = 2048;

    /// <inheritdoc/>
    public async Task<CommittedPage> CommitAsync(
        ChunkRow chunk, int number, DateTimeOffset fetchedAt, IReadOnlyList<SourceRecord> records, bool isNew, CancellationToken cancellationToken,
        IReadOnlyDictionary<string, Stamp>? owners = null, string? model = null)
    {
        var stamp = new Stamp(chunk.Id.ToString(), number);
        var abandoned = new AbandonedPages(chunks, chunk);
        var page = SortedPage.Of(records, chunk, fetchedAt);

        var storing = time.GetTimestamp();
        var quarantined = await quarantine.InsertAsync(
            chunk.Tenant, chunk.Table, page.Invalid, fetchedAt, stamp, abandoned, cancellationToken).ConfigureAwait(false);
        var indexed = await new SettledRecords(tables, chunk.Tenant, chunk.Table, stamp, abandoned).FindAsync(page.Valid, cancellationToken).ConfigureAwait(false);
        var open = page.Valid.Where(v => !indexed.Settled.Contains(v.Key)).ToList();
        var known = await items.KnownAsync(chunk.Tenant, chunk.Table, indexed.Known, cancellationToken).ConfigureAwait(false);
        var stored = time.GetElapsedTime(storing);

        var scoring = time.GetTimestamp();
        var fresh = await ScoreAsync(chunk, model, id => owners?.GetValueOrDefault(id) ?? stamp, [.. open.Where(v => !known.ContainsKey(v.Key)).Select(v => v.Value)], cancellationToken).ConfigureAwait(false);
        Observe("score", time.GetElapsedTime(scoring));

        storing = time.GetTimestamp();
        var marked = fresh.Values.Select(i => Rows.Day(i.PublishedAt)).ToHashSet(StringComparer.Ordinal);
        await days.MarkAsync(chunk.Tenant, chunk.Table, marked, cancellationToken).ConfigureAwait(false);
        var stood = await items.InsertAsync(chunk.Tenant, chunk.Table, InTurn(fresh.Values, chunk.Number), cancellationToken).ConfigureAwait(false);
        foreach (var (id, standing) in stood)
        {
            known[id] = standing;
        }

        var wanted = new List<(Item Item, IReadOnlyCollection<string> Symbols)>(open.Count);
        foreach (var (id, (_, symbols)) in open)
        {
            wanted.Add((known.TryGetValue(id, out var standing)
                ? await StandingAsync(chunk.Tenant, standing, stamp, abandoned, cancellationToken).ConfigureAwait(false)
                : fresh[id], symbols));
        }

        // Memberships before the symbols of items that stood: an item never names a symbol without its membership.
        var memberships = await items.InsertMembershipsAsync(chunk.Tenant, wanted, stamp, indexed, abandoned, cancellationToken).ConfigureAwait(false);
        await items.AmendAllAsync(
            chunk.Tenant, chunk.Table, known.Select(k => (k.Value, (IReadOnlyCollection<string>)page.Valid[k.Key].Symbols)), cancellationToken).ConfigureAwait(false);

        List<CountedItem> counted = [
            .. memberships.Where(m => m.Own).Select(m => new CountedItem(m.Symbol, m.Item)), .. wanted.Where(w => stamp.IsOn(w.Item)).Select(w => new CountedItem(TrendStore.AllItems, w.Item))];
        await days.MarkAsync(chunk.Tenant, chunk.Table, counted.Select(c => Rows.Day(c.Item.PublishedAt))
            .Distinct(StringComparer.Ordinal).Except(marked, StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
        await trends.WriteAsync(chunk.Tenant, stamp, counted, isNew ? [] : Tried(page), cancellationToken).ConfigureAwait(false);
        Observe("store", stored + time.GetElapsedTime(storing));

        var accepted = wanted.Count(w => stamp.IsOn(w.Item));
        var put = quarantined.Values.Sum();
        return new(new(accepted, page.Repeats + page.Valid.Count - accepted + page.Invalid.Count - put, put, page.Skipped), fresh.Count - stood.Count, quarantined, counted);
    }

    /// <inheritdoc/>
    /// <remarks>An item's place in time names the page that holds it.</remarks>
    public async Task<IReadOnlyDictionary<string, Stamp>> OwnersAsync(
        string tenant, string table, IReadOnlyList<SourceRecord> records, CancellationToken cancellationToken) =>
        await items.OwnersAsync(tenant, table, records.Select(r => (r.SourceId!, r.PublishedAt!.Value)), cancellationToken).ConfigureAwait(false);

    // Chunks that work side by side begin at different places of their pages, so that they do not meet at every item that
    // they share: the golden ratio keeps any number of them apart.
    private static IEnumerable<Item> InTurn(Dictionary<string, Item>.ValueCollection items, int chunk)
    {
        var first = (int)(items.Count * (chunk * 0.382 % 1));
        return items.Skip(first).Concat(items.Take(first));
    }

    /// <summary>All that an earlier try of the page may have counted.</summary>
    private static IEnumerable<(string Symbol, DateTimeOffset At)> Tried(SortedPage page) =>
        page.Valid.Values.SelectMany(v => v.Symbols.Append(TrendStore.AllItems).Select(s => (s, v.Record.PublishedAt!.Value)));

    private static void Observe(string stage, TimeSpan elapsed) =>
        SentimentMeter.StageDuration.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("stage", stage));

    private async Task<Item> StandingAsync(
        string tenant, Stored<Item> standing, Stamp stamp, AbandonedPages abandoned, CancellationToken cancellationToken) =>
        !stamp.IsOn(standing.Row) && await abandoned.HoldAsync(standing.Row, cancellationToken).ConfigureAwait(false)
            ? await items.AmendAsync(tenant, standing, standing.Row.Symbols, stamp, cancellationToken).ConfigureAwait(false)
            : standing.Row;

    private async Task<Dictionary<string, Item>> ScoreAsync(
        ChunkRow chunk, string? model, Func<string, Stamp> stampOf, List<(SourceRecord Record, SortedSet<string> Symbols)> records, CancellationToken cancellationToken)
    {
        if (records.Count == 0)
        {
            return []; // Where all is known, it does not matter which models there are.
        }

        var scorer = models.Of(chunk, model);
        var texts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (record, _) in records)
        {
            texts.TryAdd(record.Title!, texts.Count);
        }

        var scores = await scorer.ScoreAsync([.. texts.Keys], cancellationToken).ConfigureAwait(false);
        return records.ConvertAll(r =>
        {
            var p = scores[texts[r.Record.Title!]];
            var stamp = stampOf(r.Record.SourceId!);
            return new Item(
                Item.IdOf(chunk.Tenant, chunk.Table, r.Record.SourceId!), chunk.Table, r.Record.SourceId!, [.. r.Symbols], r.Record.Title!,
                r.Record.Url is { Length: <= MaxUrlLength } url ? url : null, r.Record.PublishedAt!.Value,
                p.Negative, p.Neutral, p.Positive, scorer.Model, stamp.Chunk, stamp.Page)
            {
                VendorScore = r.Record.VendorScore,
                Relevance = r.Record.Relevance,
                Tags = r.Record.Tags,
            };
        }).ToDictionary(i => i.SourceId, StringComparer.Ordinal);
    }
}
