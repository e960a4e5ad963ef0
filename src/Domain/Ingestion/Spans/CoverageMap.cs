using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Ingestion.Spans;

/// <summary>Which part of a tenant's table a map is about.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Table">The table.</param>
/// <param name="Watched">Symbols that are watched: what nobody asked for of them is missing. Others are shown as far as they were asked for.</param>
/// <param name="Cursor">The date by which the table's runs go on.</param>
/// <param name="Now">Nothing is missing after it.</param>
/// <param name="HistoryDays">Days that a table is read from before its first run.</param>
public sealed record CoverageQuery(
    string Tenant, string Table, IReadOnlyList<string> Watched, CursorDate Cursor, DateTimeOffset Now, int HistoryDays)
{
    /// <summary>Only this symbol; null: all.</summary>
    public string? Symbol { get; init; }

    /// <summary>The map's start: from there on nothing goes without saying. Null: where the table's history begins.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The map's end; null: where the table's newest run ended.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Whether unfinished runs are left out.</summary>
    public bool IsRecordedOnly { get; init; }
}

/// <summary>
/// What is known of a table's time, per symbol and date: read from the rows in which its runs recorded what came of their
/// chunks, one range, and from the chunks of the unfinished runs that are at it.
/// </summary>
internal sealed class CoverageMap(CoverageQuery query)
{
    private readonly Dictionary<(string Symbol, CursorDate Window), (SpanLine Line, DateTimeOffset? First, DateTimeOffset? Last)> _lines = [];
    private DateTimeOffset? _frontier;
    private DateTimeOffset? _newest;

    /// <summary>Reads a map; spans come by symbol, date and time.</summary>
    public static async Task<IReadOnlyList<CoverageSpan>> ReadAsync(ITableReader reader, CoverageQuery query, CancellationToken cancellationToken)
    {
        var map = new CoverageMap(query);
        if (!query.IsRecordedOnly)
        {
            // Before the recorded ones: a run that ends in between is then in both, else it might be in neither.
            await map.LayUnfinishedAsync(reader, cancellationToken).ConfigureAwait(false);
        }

        await foreach (var row in TableStateStore.CoverageAsync(reader, query.Tenant, query.Table, query.From, query.To, cancellationToken).ConfigureAwait(false))
        {
            map.Lay(row);
        }

        return map.Spans(await RetentionStore.RunsBeforeAsync(reader, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Lays what came of a chunk.</summary>
    public void Lay(Coverage row)
    {
        _newest = _newest > row.To ? _newest : row.To;
        if (!row.IsExplicit && row.Window == query.Cursor)
        {
            _frontier = _frontier > row.To ? _frontier : row.To;
        }

        foreach (var symbol in row.Symbols)
        {
            if (query.Symbol is { } only && only != symbol)
            {
                continue;
            }

            var (line, first, last) = _lines.TryGetValue((symbol, row.Window), out var known) ? known : (new(), null, null);
            line.Lay(new(
                query.From > row.From ? query.From.Value : row.From, Earlier(row.To, query.To ?? query.Now, query.Now), row.State, row.Reason, row.Failure, row.Until,
                row.State is SpanState.Failed or SpanState.RateLimited ? row.At : null));
            if (!row.IsExplicit)
            {
                (first, last) = (first < row.From ? first : row.From, last > row.To ? last : row.To);
            }

            _lines[(symbol, row.Window)] = (line, first, last);
        }
    }

    /// <summary>The spans that there are by now.</summary>
    /// <param name="runsBefore">Retention may have removed runs started before it, and with them what they covered; null: none.</param>
    public IReadOnlyList<CoverageSpan> Spans(DateTimeOffset? runsBefore)
    {
        var watched = query.Watched.Where(s => query.Symbol is null || s == query.Symbol).ToHashSet(StringComparer.Ordinal);
        foreach (var symbol in watched)
        {
            _lines.TryAdd((symbol, query.Cursor), (new(), null, null));
        }

        var spans = new List<CoverageSpan>();
        foreach (var ((symbol, window), (line, first, last)) in _lines.OrderBy(l => l.Key.Symbol, StringComparer.Ordinal).ThenBy(l => l.Key.Window))
        {
            if (window == query.Cursor)
            {
                LayMissing(line, watched.Contains(symbol), first, last, runsBefore);
            }

            Show(spans, symbol, window, line);
        }

        return spans;
    }

    private async Task LayUnfinishedAsync(ITableReader reader, CancellationToken cancellationToken)
    {
        foreach (var id in await TableStateStore.RunsAtAsync(reader, query.Tenant, query.Table, cancellationToken).ConfigureAwait(false))
        {
            if (await RunStore.GetAsync(reader, id, cancellationToken).ConfigureAwait(false) is not { Row: { EndedAt: null } run })
            {
                continue;
            }

            await foreach (var chunk in ChunkStore.ListAsync(reader, id, query.Tenant, query.Table, cancellationToken).ConfigureAwait(false))
            {
                if (Coverage.Of(chunk, run.Arguments.IsExplicit) is { } row)
                {
                    Lay(row);
                }
            }
        }
    }

    // A table that only ever had explicit windows ends where the newest of them did.
    private void LayMissing(SpanLine line, bool isWatched, DateTimeOffset? first, DateTimeOffset? last, DateTimeOffset? runsBefore)
    {
        var end = isWatched ? Earlier(query.To ?? _frontier ?? _newest ?? query.Now, query.Now, query.Now) : last;
        if (end is not { } to)
        {
            return;
        }

        var history = to - TimeSpan.FromDays(query.HistoryDays);
        var from = isWatched && !(first < history) ? history : first!.Value;
        if (query.From is { } given)
        {
            from = isWatched || given > from ? given : from;
        }
        else if (runsBefore > from)
        {
            from = runsBefore.Value;
        }

        line.Lay(new(from, to, SpanState.Missing));
    }

    // Failures of several chunks that say the same are shown as one.
    private void Show(List<CoverageSpan> spans, string symbol, CursorDate window, SpanLine line)
    {
        Stretch? before = null;
        foreach (var stretch in line.Stretches)
        {
            if (before is not null && before.To == stretch.From && before.Says(stretch))
            {
                spans[^1] = spans[^1] with { To = stretch.To };
            }
            else
            {
                spans.Add(new(query.Table, symbol, window, stretch.From, stretch.To, stretch.State, stretch.Reason, stretch.Failure, stretch.Until));
            }

            before = stretch;
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b, DateTimeOffset c) => a < b ? a < c ? a : c : b < c ? b : c;
}
