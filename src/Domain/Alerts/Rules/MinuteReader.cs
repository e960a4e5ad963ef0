using System.Collections.Concurrent;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>Reads how many items a symbol's minutes have, of committed pages alone: up to three ranges a day, days side by side.</summary>
internal sealed class MinuteReader(ITableReader reader, ChunkStore chunks)
{
    /// <summary>A symbol's minutes from one on, up to the end of a day.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="symbol">The symbol, or <see cref="TrendStore.AllItems"/>.</param>
    /// <param name="first">The first minute.</param>
    /// <param name="last">A minute of the last day.</param>
    /// <param name="table">Only items of this source; null: of all.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <returns>The minutes, and the pages that are in them and not folded yet.</returns>
    public async Task<(MinuteSeries Series, HashSet<Stamp> Pages)> ReadAsync(
        string tenant, string symbol, long first, long last, string? table, CancellationToken cancellationToken)
    {
        var found = new ConcurrentBag<IReadOnlySet<Stamp>>();
        var marks = await DayStore.MarksAsync(reader, tenant, Rows.Day(TimeOf(first)), Rows.Day(TimeOf(last)), cancellationToken).ConfigureAwait(false);
        var days = await Task.WhenAll(marks.Select(d => TrendReader.DayAsync(
            reader, tenant, d.Key, symbol, Grain.Minute, CommittedAsync, cancellationToken, isFolded: d.Value.Row.IsFolded))).ConfigureAwait(false);
        var series = new MinuteSeries();
        foreach (var bucket in days.SelectMany(d => d).Where(b => b.Key.Minute >= first && (table is null || b.Key.Table == table)).OrderBy(b => b.Key.Minute))
        {
            series.Add(bucket.Key.Minute, bucket.Value.Count, bucket.Value.Sum);
        }

        return (series, [.. found.SelectMany(f => f)]);

        async ValueTask<IReadOnlySet<Stamp>> CommittedAsync(IReadOnlyCollection<Stamp> pages, CancellationToken token)
        {
            var committed = await chunks.CommittedAsync(pages, token).ConfigureAwait(false);
            found.Add(committed);
            return committed;
        }
    }

    /// <summary>When a minute begins.</summary>
    public static DateTimeOffset TimeOf(long minute) => DateTimeOffset.UnixEpoch.AddMinutes(minute);
}
