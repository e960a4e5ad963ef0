using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Verification;

/// <summary>Recounts a tenant's bars of prices: bodies → records → bars, and the series that lead to them.</summary>
internal sealed class PriceRecount(string tenant, RetentionMarks marks, Findings findings)
{
    private readonly Dictionary<(string Table, string Key), PriceBar> _bars = [];
    private readonly HashSet<PriceSeries> _series = [];

    /// <summary>Notes that the tenant has a series.</summary>
    public void AddSeries(TableRow row) => _series.Add(Rows.Read(row, RowJson.Default.PriceSeries));

    /// <summary>Notes a stored bar.</summary>
    public PriceBar Add(TableRow row)
    {
        var bar = Rows.Read(row, RowJson.Default.PriceBar);
        _bars.Add((bar.Table, row.Key), bar);
        findings.Expect(row.Key == PriceStore.Key(bar), $"{Name(bar)}: stands under {row.Key}");
        findings.Expect(_series.Contains(new(bar.Symbol, bar.Table)), $"{Name(bar)}: its series is missing");
        return bar;
    }

    /// <summary>What a bar is called in findings.</summary>
    public string Name(PriceBar bar) => $"bar {tenant} {bar.Table} {PriceBar.IdOf(bar.Symbol, bar.Time)}";

    /// <summary>Checks that a committed page's bars are there as the page has them.</summary>
    /// <param name="chunk">Its chunk.</param>
    /// <param name="page">The page.</param>
    /// <param name="fetchedAt">Its clock.</param>
    /// <param name="records">What the page is about.</param>
    /// <param name="sorted">The same, sorted out.</param>
    public void CheckPage(ChunkRow chunk, int page, DateTimeOffset fetchedAt, IReadOnlyList<SourceRecord> records, SortedPage sorted)
    {
        var closes = PriceRules.Closes(records, fetchedAt);
        var stamp = new Stamp(chunk.Id.ToString(), page);
        foreach (var (id, (record, _)) in sorted.Valid)
        {
            var (symbol, start) = (record.Symbols[0], record.PublishedAt!.Value);
            if (!_bars.TryGetValue((chunk.Table, PriceStore.Key(symbol, start)), out var bar))
            {
                findings.Expect(Days.IsBefore(Rows.Day(start), marks.Items), $"chunk {chunk.Id} page {page}: record {id} is no bar");
            }
            else if (stamp.IsOn(bar))
            {
                // What stood before the first bar of a page may have come, or gone, since.
                var index = closes[symbol].IndexOfKey(start);
                var isSuspicious = index > 0 ? PriceRules.IsJump(closes[symbol].Values[index - 1], bar.Close) : bar.IsSuspicious;
                findings.Expect(IsOf(bar, record.Bar!) && bar.IsSuspicious == isSuspicious, $"{Name(bar)}: differs from its record in the archive");
            }
        }
    }

    private static bool IsOf(PriceBar bar, SourceBar record) =>
        bar.Open == record.Open && bar.High == record.High && bar.Low == record.Low && bar.Close == record.Close && bar.Volume == record.Volume;
}
