using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Items;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Metrics;

/// <summary>Keeps what dashboards show, so that one row answers them: counted anew, from bars, when a table or a tenant ends.</summary>
/// <remarks>
/// Days that no page has touched since keep their totals, so the work does not grow with history. All of it follows from the
/// bars: where it fails, the run goes on and the next end puts it right.
/// </remarks>
internal sealed partial class MetricsUpkeep(
    MetricsStore metrics, DayStore days, ChunkStore chunks, ITableStore tables, SourceCatalog sources, IOptions<TrendOptions> options, TimeProvider time, ILogger<MetricsUpkeep> logger)
{
    private const int DaysAtOnce = 16;
    private const int MostMovers = 20;

    // A page marks a day before it writes, and may take its time until it is committed.
    private static readonly TimeSpan Slack = ChunkRow.Grace;

    /// <summary>Notes how a tenant's part in a run ended.</summary>
    public Task EndAsync(TenantId tenant, WorkStatus status, string? reason, IReadOnlyList<RunTableRow> ended, CancellationToken cancellationToken) => TryAsync(
        tenant.Tenant, () => metrics.PutRunAsync(tenant.Tenant, new(
            tenant.Run, status, reason, RunRow.StartOf(tenant.Run), time.GetUtcNow(), ended.Sum(t => t.Ledger.Accepted),
            [.. ended.Where(t => sources.Find(t.Table) is null or { Kind: StreamKind.Texts }).Select(t => new SourceStanding(t.Table, t.CoveredTo))]), cancellationToken));

    /// <summary>Counts anew what has changed since the last time.</summary>
    public Task CountAsync(Tenant tenant, CancellationToken cancellationToken) => TryAsync(tenant.Id, () => metrics.ChangeAsync(
        tenant.Id, async row => await CountedAsync(tenant, row ?? new(DateTimeOffset.UnixEpoch), cancellationToken).ConfigureAwait(false), cancellationToken));

    private async Task<MetricsRow> CountedAsync(Tenant tenant, MetricsRow row, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var marks = (await days.AllAsync(tenant.Id, cancellationToken).ConfigureAwait(false)).ToDictionary(d => d.Day, d => d.Mark.Row.At, StringComparer.Ordinal);
        var totals = new SortedDictionary<string, LabelTotals>(StringComparer.Ordinal);
        foreach (var (day, standing) in marks.Where(m => m.Value < row.At - Slack).Select(m => (m.Key, row.Days.GetValueOrDefault(m.Key))))
        {
            if (standing is not null)
            {
                totals[day] = standing;
            }
        }

        foreach (var some in marks.Keys.Where(d => !totals.ContainsKey(d)).Chunk(DaysAtOnce))
        {
            foreach (var (day, total) in await Task.WhenAll(some.Select(d => TotalAsync(tenant.Id, d, cancellationToken))).ConfigureAwait(false))
            {
                totals[day] = total;
            }
        }

        var (movers, symbols) = await MoversAsync(tenant.Id, now, cancellationToken).ConfigureAwait(false);
        return row with
        {
            At = now,
            Days = totals,
            Minutes = await MinutesAsync(tenant.Id, now, cancellationToken).ConfigureAwait(false),
            Movers = movers,
            Symbols = symbols,
            Sources = await SourceStanding.OfAsync(tables, sources, tenant, null, cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<(string Day, LabelTotals Total)> TotalAsync(string tenant, string day, CancellationToken cancellationToken)
    {
        var buckets = await DayAsync(tenant, day, TrendStore.AllItems, Grain.Hour, cancellationToken).ConfigureAwait(false);
        return (day, buckets.Values.Aggregate(LabelTotals.None, (sum, b) => sum + new LabelTotals(b.Count, b.Positive, b.Negative, b.Sum)));
    }

    private async Task<IReadOnlyList<MinuteCount>> MinutesAsync(string tenant, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Two days have all of the last 24 hours in them, of whatever moment up to the next count.
        var read = await Task.WhenAll(((int[])[1, 0]).Select(d => DayAsync(tenant, Rows.Day(now.AddDays(-d)), TrendStore.AllItems, Grain.Minute, cancellationToken))).ConfigureAwait(false);
        var first = Bucket.MinuteOf(now.AddDays(-1));
        return [.. read.SelectMany(d => d.Values).Where(b => b.Minute >= first).GroupBy(b => b.Minute)
            .Select(m => new MinuteCount(m.Key, m.Sum(b => b.Count))).OrderBy(m => m.Minute)];
    }

    // By whole hours: the one under way and the 23 before it, against the 24 before those.
    private async Task<(IReadOnlyList<Mover> Movers, int Symbols)> MoversAsync(string tenant, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var split = Bucket.StartOf(Bucket.MinuteOf(now), 60) - (23 * 60);
        var read = await Task.WhenAll(((int[])[2, 1, 0]).Select(d => DayAsync(tenant, Rows.Day(now.AddDays(-d)), null, Grain.Hour, cancellationToken))).ConfigureAwait(false);
        var symbols = read.SelectMany(d => d).Where(b => b.Key.Symbol != TrendStore.AllItems && b.Key.Minute >= split - 1440)
            .GroupBy(b => b.Key.Symbol, StringComparer.Ordinal)
            .Select(s => (Symbol: s.Key, Now: Sum(s, b => b.Key.Minute >= split), Before: Sum(s, b => b.Key.Minute < split))).ToList();
        var least = options.Value.LeastCount;
        return ([.. symbols.Where(s => s.Now.Count >= least && s.Before.Count >= least)
            .Select(s => new Mover(s.Symbol, s.Now.Sum / s.Now.Count, s.Now.Count, s.Before.Sum / s.Before.Count, s.Before.Count))
            .OrderByDescending(m => Math.Abs(m.Mean - m.MeanBefore)).ThenBy(m => m.Symbol, StringComparer.Ordinal).Take(MostMovers)],
            symbols.Count(s => s.Now.Count > 0));

        static LabelTotals Sum(IEnumerable<KeyValuePair<BucketKey, Bucket>> buckets, Func<KeyValuePair<BucketKey, Bucket>, bool> isIn) =>
            buckets.Where(isIn).Aggregate(LabelTotals.None, (sum, b) => sum + new LabelTotals(b.Value.Count, b.Value.Positive, b.Value.Negative, b.Value.Sum));
    }

    private Task<Dictionary<BucketKey, Bucket>> DayAsync(string tenant, string day, string? symbol, Grain grain, CancellationToken cancellationToken) =>
        TrendReader.DayAsync(tables, tenant, day, symbol, grain, chunks.CommittedAsync, cancellationToken);

    private async Task TryAsync(string tenant, Func<Task> keep)
    {
        try
        {
            await keep().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogFailed(tenant, failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The metrics of tenant {Tenant} could not be counted; the next table that ends counts them.")]
    private partial void LogFailed(string tenant, Exception failure);
}
