using System.Security.Cryptography;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Ingestion.Replays;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Items;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Verification;

/// <summary>Recounts a tenant: bodies → records → items, bars of prices, quarantine, memberships, ledgers, aggregates.</summary>
internal sealed class TenantRecount(
    ITableSnapshot snapshot, IBlobStore blobs, SourceCatalog sources, CommittedChunks chunks, string tenant, RetentionMarks marks, Findings findings)
{
    // Everything by stamp, so that each chunk's ledger can be recounted from the rows that name it.
    private readonly Dictionary<(string Table, string SourceId), Item> _items = [];
    private readonly Dictionary<(string Partition, string Key), QuarantinedRecord> _quarantine = [];
    private readonly Dictionary<(string Table, string SourceId, string Symbol), Membership> _memberships = [];
    private readonly PriceRecount _prices = new(tenant, marks, findings);
    private readonly Dictionary<string, long> _accepted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _quarantined = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await ReadItemsAsync(cancellationToken).ConfigureAwait(false);
        await ReadPricesAsync(cancellationToken).ConfigureAwait(false);
        await ReadQuarantineAsync(cancellationToken).ConfigureAwait(false);
        var index = new IndexRecount(tenant, marks, chunks, findings, _items, _memberships);
        index.AddDays(await DayStore.NewestAsync(snapshot, tenant, null, null, int.MaxValue, cancellationToken).ConfigureAwait(false));
        await foreach (var (partition, row) in RowsAsync($"index|{tenant}|", "", cancellationToken).ConfigureAwait(false))
        {
            index.Add(partition, row);
        }

        index.Check();
        foreach (var chunk in chunks.Of(tenant))
        {
            await CheckChunkAsync(chunk, cancellationToken).ConfigureAwait(false);
        }

        await CheckTrendsAsync(cancellationToken).ConfigureAwait(false);
    }

    // What retention has begun to remove may be there or not, in any part.
    private bool IsOld(DateTimeOffset publishedAt) => Days.IsBefore(Rows.Day(publishedAt), marks.Items);

    private string Name(Item item) => $"{tenant} {item.Table} {item.SourceId}";

    private bool Counts(IStamped row, string what) => findings.Counts(chunks, row, what);

    private async Task ReadItemsAsync(CancellationToken cancellationToken)
    {
        await foreach (var (_, row) in RowsAsync($"items|{tenant}|", "", cancellationToken).ConfigureAwait(false))
        {
            if (IsCount(row, _accepted))
            {
                continue;
            }

            var item = Rows.Read(row, RowJson.Default.Item);
            _items.Add((item.Table, item.SourceId), item);
            if (Counts(item, $"item {Name(item)}"))
            {
                findings.Items++;
                _accepted[item.Chunk] = _accepted.GetValueOrDefault(item.Chunk) + 1;
            }
        }
    }

    private async Task ReadPricesAsync(CancellationToken cancellationToken)
    {
        await foreach (var row in snapshot.QueryAsync(new(PriceStore.SeriesPartition(tenant)), cancellationToken).ConfigureAwait(false))
        {
            _prices.AddSeries(row);
        }

        await foreach (var (_, row) in RowsAsync($"prices|{tenant}|", "", cancellationToken).ConfigureAwait(false))
        {
            if (!IsCount(row, _accepted) && _prices.Add(row) is var bar && Counts(bar, _prices.Name(bar)))
            {
                findings.Bars++;
                _accepted[bar.Chunk] = _accepted.GetValueOrDefault(bar.Chunk) + 1;
            }
        }
    }

    private async Task ReadQuarantineAsync(CancellationToken cancellationToken)
    {
        await foreach (var (partition, row) in RowsAsync($"quarantine|{tenant}|", "", cancellationToken).ConfigureAwait(false))
        {
            if (IsCount(row, _quarantined))
            {
                continue;
            }

            var record = Rows.Read(row, RowJson.Default.QuarantinedRecord);
            _quarantine.Add((partition, record.Key), record);
            if (Counts(record, $"quarantined record {partition} {record.Key}"))
            {
                findings.Quarantined++;
                _quarantined[record.Chunk] = _quarantined.GetValueOrDefault(record.Chunk) + 1;
            }
        }
    }

    /// <summary>Whether the row says how many of a chunk's records were removed; they are counted as if they were there.</summary>
    private bool IsCount(TableRow row, Dictionary<string, long> counts)
    {
        if (RemovedRecords.ChunkOf(row.Key) is not { } chunk)
        {
            return false;
        }

        var removed = Rows.Read(row, RowJson.Default.RemovedRecords).Count;
        counts[chunk] = counts.GetValueOrDefault(chunk) + removed;
        findings.Removed += removed;
        return true;
    }

    private async Task CheckChunkAsync(ChunkRow chunk, CancellationToken cancellationToken)
    {
        var id = chunk.Id.ToString();
        var accepted = _accepted.GetValueOrDefault(id);
        var quarantined = _quarantined.GetValueOrDefault(id);
        long read = 0, skipped = 0;
        var cursor = (string?)null;

        // Which records a replay was about is known by what stands in quarantine, as long as retention has removed none of it.
        var isWhole = chunk.Replayed is null || marks.Quarantine is null;
        for (var page = 1; page <= chunk.Page; page++)
        {
            findings.Pages++;
            if (await ChunkStore.PageAsync(snapshot, chunk.Id, page, cancellationToken).ConfigureAwait(false) is not { } pinned)
            {
                findings.Add($"chunk {id} page {page}: committed and not pinned");
                return;
            }

            var body = await blobs.GetAsync(pinned.Blob, cancellationToken).ConfigureAwait(false);
            if (body is null && Days.IsBefore(Rows.Day(pinned.FetchedAt), marks.Bodies))
            {
                findings.NotRecounted++;
                (isWhole, cursor) = (false, pinned.NextCursor);
                continue;
            }

            if (body is not { } bytes
                || !pinned.Blob.EndsWith(Convert.ToHexStringLower(SHA256.HashData(bytes.Span)), StringComparison.Ordinal))
            {
                findings.Add($"chunk {id} page {page}: its archived body '{pinned.Blob}' is missing or damaged");
                return;
            }

            var request = new PageRequest(chunk.Symbols, chunk.From, chunk.To, chunk.Window, cursor, null);
            var records = sources.Get(chunk.Table).Parse(request, new(bytes, pinned.FetchedAt)).Records;
            var chosen = chunk.Replayed is { } replayed ? Replayer.Chosen(replayed.Kind, records, pinned.FetchedAt, k => IsQuarantined(chunk.Table, k)) : records;
            var sorted = SortedPage.Of(chosen, chunk, pinned.FetchedAt);
            CheckQuarantined(chunk, page, sorted);
            if (sources.Get(chunk.Table).Description.Kind == StreamKind.Prices)
            {
                _prices.CheckPage(chunk, page, pinned.FetchedAt, chosen, sorted);
            }
            else
            {
                await CheckPageAsync(chunk, page, sorted, cancellationToken).ConfigureAwait(false);
            }

            read += sorted.Repeats + sorted.Valid.Count + sorted.Invalid.Count;
            skipped += sorted.Skipped;
            cursor = pinned.NextCursor;
        }

        var ledger = chunk.Ledger;
        if (chunk.Replayed is { Kind: ReplayKind.Raw })
        {
            // What it wrote stands under the stamps of the pages that it went through, whose chunks are recounted themselves.
            (accepted, quarantined) = (ledger.Accepted, ledger.Quarantined);
        }

        findings.Expect(
            (!isWhole || (ledger.Read == read && ledger.Skipped == skipped)) && ledger.Accepted == accepted && ledger.Quarantined == quarantined,
            $"chunk {id}: its ledger says {ledger.Accepted} accepted, {ledger.Quarantined} quarantined, {ledger.Read} read, {ledger.Skipped} skipped; "
            + $"a recount finds {accepted}, {quarantined}, {read}, {skipped}");
    }

    private bool IsQuarantined(string table, string key) => _quarantine.ContainsKey((QuarantineStore.Partition(tenant, table), key));

    private void CheckQuarantined(ChunkRow chunk, int page, SortedPage sorted)
    {
        // Once any was removed, a repeat's first may be among them: then the chunks' counts alone say whether one is missing.
        var partition = QuarantineStore.Partition(tenant, chunk.Table);
        foreach (var key in sorted.Invalid.Keys.Where(k => marks.Quarantine is null && !_quarantine.ContainsKey((partition, k))))
        {
            findings.Add($"chunk {chunk.Id} page {page}: invalid record {key} is not in quarantine");
        }
    }

    private async Task CheckPageAsync(ChunkRow chunk, int page, SortedPage sorted, CancellationToken cancellationToken)
    {
        foreach (var (sourceId, (record, symbols)) in sorted.Valid)
        {
            if (!_items.TryGetValue((chunk.Table, sourceId), out var item))
            {
                findings.Expect(IsOld(record.PublishedAt!.Value), $"chunk {chunk.Id} page {page}: record {sourceId} is no item");
                continue;
            }

            foreach (var symbol in symbols.Where(s => !IsOld(item.PublishedAt) && !_memberships.ContainsKey((chunk.Table, sourceId, s))))
            {
                findings.Add($"chunk {chunk.Id} page {page}: record {sourceId} has no membership of {symbol}");
            }

            if (item.Page == page && item.Chunk == chunk.Id.ToString() && !IsOf(item, record)
                && !await IsOfAbandonedPageAsync(item, cancellationToken).ConfigureAwait(false))
            {
                findings.Add($"item {Name(item)}: differs from its record in the archive");
            }
        }
    }

    private static bool IsOf(Item item, SourceRecord record) => item.Title == record.Title && item.PublishedAt == record.PublishedAt;

    // A page that takes an abandoned one's item over leaves it standing, whatever the vendor says by then.
    private async Task<bool> IsOfAbandonedPageAsync(Item item, CancellationToken cancellationToken)
    {
        foreach (var chunk in chunks.Of(tenant).Where(c => c.Table == item.Table && c.Status != WorkStatus.Completed))
        {
            if (await ChunkStore.PageAsync(snapshot, chunk.Id, chunk.Page + 1, cancellationToken).ConfigureAwait(false) is not { } pinned)
            {
                continue;
            }

            if (await blobs.GetAsync(pinned.Blob, cancellationToken).ConfigureAwait(false) is not { } bytes)
            {
                if (Days.IsBefore(Rows.Day(pinned.FetchedAt), marks.Bodies))
                {
                    return true; // Nobody can tell any more what that page held.
                }
            }
            else
            {
                var request = new PageRequest(chunk.Symbols, chunk.From, chunk.To, chunk.Window, chunk.Cursor, null);
                if (sources.Get(chunk.Table).Parse(request, new(bytes, pinned.FetchedAt)).Records.Any(r => r.SourceId == item.SourceId && IsOf(item, r)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private async Task CheckTrendsAsync(CancellationToken cancellationToken)
    {
        var wanted = _memberships.Where(m => chunks.Of(m.Value) == Standing.Committed)
            .Select(m => (Item: _items[(m.Key.Table, m.Key.SourceId)], m.Key.Symbol))
            .Concat(_items.Values.Where(i => chunks.Of(i) == Standing.Committed).Select(i => (Item: i, Symbol: TrendStore.AllItems)))
            .ToLookup(m => Rows.Day(m.Item.PublishedAt));
        var days = new SortedSet<string>(wanted.Select(d => d.Key), StringComparer.Ordinal);
        await foreach (var partition in snapshot.PartitionsAsync($"trends|{tenant}|", cancellationToken).ConfigureAwait(false))
        {
            days.Add(partition.Split('|')[2]);
        }

        // Without their items bars cannot be recounted.
        foreach (var day in days.Where(d => !Days.IsBefore(d, marks.Items)))
        {
            foreach (var grain in (Grain[])[Grain.Minute, Grain.Hour])
            {
                var stored = await TrendReader.DayAsync(snapshot, tenant, day, null, grain, CommittedAsync, cancellationToken).ConfigureAwait(false);
                findings.Expect(
                    TrendBytes.Of(stored).AsSpan().SequenceEqual(TrendBytes.Of(wanted[day], grain)),
                    $"aggregates of {tenant} on {day} by the {(grain == Grain.Minute ? "minute" : "hour")}: differ from a recount of its memberships");
            }
        }
    }

    private ValueTask<IReadOnlySet<Stamp>> CommittedAsync(IReadOnlyCollection<Stamp> pages, CancellationToken cancellationToken) =>
        new(pages.Where(p => chunks.Of(p) == Standing.Committed).ToHashSet());

    private async IAsyncEnumerable<(string Partition, TableRow Row)> RowsAsync(
        string prefix, string keys, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var partition in snapshot.PartitionsAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            await foreach (var row in snapshot.QueryAsync(TableRange.Prefix(partition, keys), cancellationToken).ConfigureAwait(false))
            {
                yield return (partition, row);
            }
        }
    }
}
