using System.Globalization;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Ingestion.Spans;

/// <summary>Which of a tenant's coverage is listed.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Table">Only this table; null: all of the tenant's.</param>
/// <param name="Symbol">Only this symbol; null: all.</param>
/// <param name="From">From then on; null: from where each table's history begins.</param>
/// <param name="To">Before then; null: up to where each table's newest run ended.</param>
public sealed record CoverageFilter(string Tenant, string? Table, string? Symbol, DateTimeOffset? From, DateTimeOffset? To);

/// <summary>Lists what is known of a tenant's tables, by table, symbol, date and time.</summary>
public sealed class CoverageList(ITableReader reader, SourceCatalog sources, TimeProvider time)
{
    // Five minutes apart, that is three days: a tenant that none of so many runs was about has no coverage.
    private const int MaxRuns = 1000;
    private const int RunsPerRead = 100;

    /// <summary>A page of spans, and where the next one begins; null: it was the last.</summary>
    /// <param name="filter">Which.</param>
    /// <param name="historyDays">Days that a table is read from before its first run.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <exception cref="KeyNotFoundException">None of the last 1,000 runs was about the tenant.</exception>
    /// <exception cref="ArgumentException"><paramref name="after"/> is no such end.</exception>
    public async Task<(IReadOnlyList<CoverageSpan> Spans, string? Next)> ReadAsync(
        CoverageFilter filter, int historyDays, int limit, string? after, CancellationToken cancellationToken)
    {
        var place = after is null ? null : Place.Of(after);
        var tenant = await TenantAsync(filter.Tenant, cancellationToken).ConfigureAwait(false)
            ?? throw new KeyNotFoundException($"no run of a tenant '{filter.Tenant}'");
        var tables = filter.Table is { } only ? [only] : tenant.Tables.Order(StringComparer.Ordinal).ToList();
        var found = new List<CoverageSpan>();
        foreach (var table in tables.Where(t => place is null || string.CompareOrdinal(t, place.Table) >= 0))
        {
            var source = tenant.Tables.Contains(table) ? sources.Find(table) : null;
            var query = new CoverageQuery(
                tenant.Id, table, source?.SymbolsOf(tenant.Symbols) ?? [], source?.Cursor ?? CursorDate.Published, time.GetUtcNow(), historyDays)
            {
                Symbol = filter.Symbol,
                From = filter.From,
                To = filter.To,
            };
            foreach (var span in await CoverageMap.ReadAsync(reader, query, cancellationToken).ConfigureAwait(false))
            {
                if (place is not null && Place.Of(span).CompareTo(place) <= 0)
                {
                    continue;
                }

                if (found.Count == limit)
                {
                    return (found, Place.Of(found[^1]).ToString());
                }

                found.Add(span);
            }
        }

        return (found, null);
    }

    // As the newest run that was about it pinned it: a tenants file is nothing that a reader needs.
    private async Task<Tenant?> TenantAsync(string tenant, CancellationToken cancellationToken)
    {
        string? after = null;
        for (var seen = 0; seen < MaxRuns && TableLimits.Escape(tenant) == tenant; seen += RunsPerRead)
        {
            var runs = await RunStore.ListAsync(reader, null, RunsPerRead, after, cancellationToken).ConfigureAwait(false);
            foreach (var (key, run) in runs)
            {
                after = key;
                if (await RunStore.TenantAsync(reader, run.Id, tenant, cancellationToken).ConfigureAwait(false) is { } row)
                {
                    return row.Tenant;
                }
            }

            if (runs.Count < RunsPerRead)
            {
                break;
            }
        }

        return null;
    }

    /// <summary>Where a span stands in the list.</summary>
    private sealed record Place(string Table, string Symbol, CursorDate Window, long From) : IComparable<Place>
    {
        public static Place Of(CoverageSpan span) => new(span.Table, span.Symbol, span.Window, span.From.UtcTicks);

        public static Place Of(string text) =>
            text.Split('|') is [var table, var symbol, var window, var from] && Enum.TryParse<CursorDate>(window, out var date)
            && long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
                ? new(TableLimits.Unescape(table), TableLimits.Unescape(symbol), date, ticks)
                : throw new ArgumentException("Not the end of such a page.", nameof(text));

        public int CompareTo(Place? other) =>
            other is null ? 1
            : string.CompareOrdinal(Table, other.Table) is var table and not 0 ? table
            : string.CompareOrdinal(Symbol, other.Symbol) is var symbol and not 0 ? symbol
            : (Window, From).CompareTo((other.Window, other.From));

        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"{TableLimits.Escape(Table)}|{TableLimits.Escape(Symbol)}|{Window}|{From}");
    }
}
