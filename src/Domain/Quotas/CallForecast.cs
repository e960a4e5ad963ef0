using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Quotas;

/// <summary>
/// When the next calls with a credential will be permitted, if nobody else calls with it: its windows as the ledger has
/// them, filled call by call.
/// </summary>
public sealed class CallForecast
{
    private readonly List<(QuotaWindow Window, PriorityQueue<DateTimeOffset, DateTimeOffset> Free)> _windows = [];
    private DateTimeOffset _last;

    internal CallForecast(QuotaRow? row, CallLimits limits, CallPriority priority, long calls, DateTimeOffset now)
    {
        row = row?.At(now, null);
        _last = Later(Later(now, row?.PausedUntil ?? now), row?.Breaker?.OpenUntil ?? now);
        var windows = new List<ForecastWindow>();
        foreach (var window in limits.Windows)
        {
            var used = (row?.SpentOf(window.Seconds).SelectMany(s => Enumerable.Repeat(s.Until + QuotaTerms.Skew, s.Count)) ?? [])
                .Concat(row?.Leases.SelectMany(l => Enumerable.Repeat(l.End + QuotaTerms.Skew, l.HeldOf(window.Seconds))) ?? []).Order().ToList();
            var reserve = row is null ? 0 : QuotaTerms.Reserve(window, priority, row.AskedAt, now);
            var capacity = Math.Max(1, window.Limit - reserve);

            // Where more are used than may be, the first to come free only make up for that.
            var free = new PriorityQueue<DateTimeOffset, DateTimeOffset>(used.Skip(Math.Max(0, used.Count - capacity)).Select(at => (at, at)));
            for (var left = Math.Min(calls, capacity - used.Count); left > 0; left--)
            {
                free.Enqueue(now, now);
            }

            _windows.Add((window, free));
            windows.Add(new(QuotaWindow.NameOf(window.Seconds), window.Limit, used.Count, Math.Max(0, window.Limit - used.Count)));
        }

        Windows = windows;
    }

    /// <summary>The windows before the first of the calls, shortest first; empty: there is no limit.</summary>
    public IReadOnlyList<ForecastWindow> Windows { get; }

    /// <summary>Reads a credential's ledger.</summary>
    /// <param name="tables">Where it is.</param>
    /// <param name="terms">The vendor's.</param>
    /// <param name="secret">The credential.</param>
    /// <param name="priority">Of the calls: a lower one leaves a reserve to whoever asked of late.</param>
    /// <param name="calls">How many calls will be asked for at most.</param>
    /// <param name="now">From when on.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public static async Task<CallForecast> ReadAsync(
        ITableReader tables, VendorTerms terms, string secret, CallPriority priority, long calls, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(terms);
        var row = await tables.GetAsync(QuotaRow.Partition, QuotaRow.KeyOf(terms.Vendor, VendorBudget.NameOf(secret)), cancellationToken).ConfigureAwait(false);
        return new(row is null ? null : Rows.Read(row, QuotaJson.Default.QuotaRow), terms.Limits, priority, calls, now);
    }

    /// <summary>When the next call is permitted; each is asked for once, and never earlier than the one before.</summary>
    public DateTimeOffset Next()
    {
        foreach (var (_, free) in _windows)
        {
            _last = Later(_last, free.Peek());
        }

        foreach (var (window, free) in _windows)
        {
            free.Dequeue();
            free.Enqueue(_last + window.Counts, _last + window.Counts);
        }

        return _last;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

/// <summary>A window of a credential.</summary>
/// <param name="Window"><c>second</c>, <c>minute</c>, <c>hour</c>, <c>day</c> or <c>month</c>; each slides.</param>
/// <param name="Limit">The most calls in it.</param>
/// <param name="Used">Calls that count now, or may be made by processes at work without asking again.</param>
/// <param name="Left">Calls that are left.</param>
public sealed record ForecastWindow(string Window, int Limit, int Used, int Left);
