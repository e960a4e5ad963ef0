using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Ingestion.Pages;

/// <summary>Writes what a pinned page of prices holds: quarantine, series, bars, in this order.</summary>
internal sealed class PriceCommitter(PriceStore prices, QuarantineStore quarantine, ChunkStore chunks, TimeProvider time) : IPageCommitter
{
    private static readonly Dictionary<string, Stamp> Nobody = [];

    /// <inheritdoc/>
    /// <remarks>
    /// Whether a bar is suspicious depends on the bar before it in the page, and only the page's first on what is stored; a
    /// redo leaves the bars that stand as they are.
    /// </remarks>
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
        var wanted = page.Valid.Values.Select(v => v.Record).OrderBy(r => r.PublishedAt).ToDictionary(KeyOf, StringComparer.Ordinal);
        await prices.RegisterAsync(chunk.Tenant, chunk.Table, [.. wanted.Values.Select(r => r.Symbols[0]).Distinct(StringComparer.Ordinal)], cancellationToken).ConfigureAwait(false);

        // Every window repeats what its lookback covers: look first, insert what is absent.
        var known = await prices.KnownAsync(chunk.Tenant, chunk.Table, wanted.Keys, cancellationToken).ConfigureAwait(false);
        var closes = PriceRules.Closes(records, fetchedAt);
        var fresh = new List<PriceBar>();
        foreach (var (_, record) in wanted.Where(w => !known.ContainsKey(w.Key)))
        {
            fresh.Add(await BarAsync(chunk, stamp, record, closes, cancellationToken).ConfigureAwait(false));
        }

        var stood = await prices.InsertAsync(chunk.Tenant, chunk.Table, fresh, cancellationToken).ConfigureAwait(false);
        foreach (var (key, standing) in stood)
        {
            known[key] = standing;
        }

        var taken = new List<(PriceBar Bar, string ETag)>();
        foreach (var (key, standing) in known.OrderBy(k => k.Key, StringComparer.Ordinal))
        {
            if (!stamp.IsOn(standing.Row) && await abandoned.HoldAsync(standing.Row, cancellationToken).ConfigureAwait(false))
            {
                taken.Add((await BarAsync(chunk, stamp, wanted[key], closes, cancellationToken).ConfigureAwait(false), standing.ETag));
            }
        }

        await prices.ReplaceAsync(chunk.Tenant, chunk.Table, taken, cancellationToken).ConfigureAwait(false);

        // An earlier try may have written them and ended here.
        var own = fresh.Concat(taken.Select(t => t.Bar)).Concat(known.Values.Select(k => k.Row).Where(stamp.IsOn));
        await prices.TouchAsync(chunk.Tenant, chunk.Table, own.Select(b => b.Symbol).ToHashSet(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
        SentimentMeter.StageDuration.Record(time.GetElapsedTime(storing).TotalSeconds, new KeyValuePair<string, object?>("stage", "store"));

        var inserted = fresh.Count - stood.Count;
        var accepted = inserted + taken.Count + known.Values.Count(k => stamp.IsOn(k.Row));
        var put = quarantined.Values.Sum();
        return new(new(accepted, page.Repeats + page.Valid.Count - accepted + page.Invalid.Count - put, put, page.Skipped), inserted, quarantined, []);
    }

    /// <inheritdoc/>
    /// <remarks>Nothing does: a bar that is missing is its first page's.</remarks>
    public Task<IReadOnlyDictionary<string, Stamp>> OwnersAsync(
        string tenant, string table, IReadOnlyList<SourceRecord> records, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<string, Stamp>>(Nobody);

    private static string KeyOf(SourceRecord record) => PriceStore.Key(record.Symbols[0], record.PublishedAt!.Value);

    private async Task<PriceBar> BarAsync(
        ChunkRow chunk, Stamp stamp, SourceRecord record, Dictionary<string, SortedList<DateTimeOffset, decimal>> closes, CancellationToken cancellationToken)
    {
        var (symbol, start, bar) = (record.Symbols[0], record.PublishedAt!.Value, record.Bar!);
        var own = closes[symbol];
        var previous = own.IndexOfKey(start) is > 0 and var index ? own.Values[index - 1]
            : (await prices.BeforeAsync(chunk.Tenant, chunk.Table, symbol, start, cancellationToken).ConfigureAwait(false))?.Close;
        return new(
            chunk.Table, symbol, start, bar.Open!.Value, bar.High!.Value, bar.Low!.Value, bar.Close!.Value, bar.Volume,
            previous is { } before && PriceRules.IsJump(before, bar.Close.Value), stamp.Chunk, stamp.Page);
    }
}
