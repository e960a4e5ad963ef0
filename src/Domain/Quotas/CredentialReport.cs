using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Quotas;

/// <summary>Whether a vendor is called.</summary>
public enum BreakerStanding
{
    /// <summary>It is.</summary>
    Closed,

    /// <summary>It has been failing and is left alone.</summary>
    Open,

    /// <summary>One call is to tell whether it is back.</summary>
    HalfOpen,
}

/// <summary>How a credential stands with its vendor, whichever processes use it.</summary>
/// <param name="Vendor">The vendor.</param>
/// <param name="Credential">16 hex digits of the secret's SHA-256.</param>
/// <param name="Windows">Its limited windows, shortest first.</param>
/// <param name="Breaker">Whether calls are made.</param>
/// <param name="OpenUntil">Until when the vendor is left alone; null while it is not.</param>
/// <param name="PausedUntil">The vendor wants no call before it; null where it is over.</param>
public sealed record CredentialReport(
    string Vendor, string Credential, IReadOnlyList<WindowReport> Windows, BreakerStanding Breaker, DateTimeOffset? OpenUntil, DateTimeOffset? PausedUntil)
{
    /// <summary>Credentials that were called with, by vendor and name; with the key to go on after.</summary>
    /// <param name="tables">Where the ledger is.</param>
    /// <param name="now">The time of the report.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="after">A key that was returned before; null: from the first.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <exception cref="ArgumentException">There can be no such key.</exception>
    public static async Task<IReadOnlyList<(string Key, CredentialReport Report)>> ListAsync(
        ITableReader tables, DateTimeOffset now, int limit, string? after, CancellationToken cancellationToken)
    {
        if (after is not null)
        {
            TableLimits.CheckKey(after);
        }

        var found = new List<(string, CredentialReport)>();
        var range = new TableRange(QuotaRow.Partition, after is null ? "" : Rows.After(after), null, limit);
        await foreach (var row in tables.QueryAsync(range, cancellationToken).ConfigureAwait(false))
        {
            found.Add((row.Key, Of(Rows.Read(row, QuotaJson.Default.QuotaRow).At(now, null), now)));
        }

        return found;
    }

    internal static CredentialReport Of(QuotaRow row, DateTimeOffset now)
    {
        var standing = row.Breaker is not { } breaker ? BreakerStanding.Closed : breaker.OpenUntil > now ? BreakerStanding.Open : BreakerStanding.HalfOpen;
        return new(
            row.Vendor, row.Credential, [.. row.Windows.OrderBy(w => w.Seconds).Select(w => WindowReport.Of(row, w))],
            standing, standing == BreakerStanding.Open ? row.Breaker!.OpenUntil : null, row.PausedUntil > now ? row.PausedUntil : null);
    }
}

/// <summary>How a window stands: limit = used + leased + left, unless the limit was lowered.</summary>
/// <param name="Window"><c>second</c>, <c>minute</c>, <c>hour</c>, <c>day</c> or <c>month</c>; each slides.</param>
/// <param name="Limit">The most calls in it.</param>
/// <param name="Used">Calls that count now.</param>
/// <param name="Leased">Calls that processes may make, or are making, without asking again.</param>
/// <param name="Left">Calls that are neither.</param>
/// <param name="FreeAt">When the next of the used ones stops counting; null where there is none.</param>
public sealed record WindowReport(string Window, int Limit, int Used, int Leased, int Left, DateTimeOffset? FreeAt)
{
    internal static WindowReport Of(QuotaRow row, WindowRow window)
    {
        var (used, leased) = (row.Spent(window.Seconds), row.Leases.Sum(lease => lease.HeldOf(window.Seconds)));
        return new(
            QuotaWindow.NameOf(window.Seconds), window.Limit, used, leased, Math.Max(0, window.Limit - used - leased),
            window.Spent.Count > 0 ? window.Spent[0].Until : null);
    }
}
