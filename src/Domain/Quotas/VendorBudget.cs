using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Quotas;

/// <summary>How a vendor may be called.</summary>
/// <param name="Vendor">Its name, such as <c>tiingo</c>.</param>
/// <param name="Limits">What it permits each credential.</param>
/// <param name="Attempt">The longest that a call takes before it is given up.</param>
/// <param name="Concurrency">Calls under way from this process at a time; 0 is no bound.</param>
/// <param name="BreakAfter">Of so many calls in a row nine in ten must fail for the credential's breaker to open; 0 never opens it.</param>
public sealed record VendorTerms(string Vendor, CallLimits Limits, TimeSpan Attempt, int Concurrency, int BreakAfter);

/// <summary>The permits for calls to one vendor.</summary>
public sealed class VendorBudget
{
    private const int MostCredentials = 10_000;
    private const int HashDigits = 16;

    private readonly VendorTerms _terms;
    private readonly ITableStore _tables;
    private readonly TimeProvider _time;
    private readonly CallLane _lane;
    private readonly ConcurrentDictionary<string, CredentialBudget> _credentials = new(StringComparer.Ordinal);

    internal VendorBudget(VendorTerms terms, ITableStore tables, TimeProvider time) =>
        (_terms, _tables, _time, _lane) = (terms, tables, time, new(terms, time));

    /// <summary>How a credential is known in rows and reports: 16 hex digits of its SHA-256, from which no secret can be had.</summary>
    public static string NameOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)))[..HashDigits];

    /// <summary>Waits up to five seconds for a permit and as long for a place among the calls under way.</summary>
    /// <param name="secret">The credential; tenants that share one share its permits.</param>
    /// <param name="tenant">Whose call it is: where several wait, they take turns.</param>
    /// <param name="priority">Who goes first.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <param name="waitsUntil">The caller does not come back after it, so that nothing is kept for it; null: it does, whenever it is told to.</param>
    /// <exception cref="SourceWaitException">It would take longer; says when to come back.</exception>
    public async ValueTask<CallPermit> ReserveAsync(
        string secret, string tenant, CallPriority priority, CancellationToken cancellationToken, DateTimeOffset? waitsUntil = null)
    {
        var budget = BudgetOf(NameOf(secret));
        while (true)
        {
            var permit = await budget.ReserveAsync(tenant, priority, waitsUntil, cancellationToken).ConfigureAwait(false);
            try
            {
                await _lane.EnterAsync(tenant, priority, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                permit.Settle(CallOutcome.Unused);
                throw;
            }

            if (permit.IsGood(_time.GetUtcNow()))
            {
                permit.Leave = _lane.Leave;
                return permit;
            }

            // Its lease ran out in the queue.
            _lane.Leave();
            permit.Settle(CallOutcome.Unused);
        }
    }

    internal Task CloseAsync() => Task.WhenAll(_credentials.Values.Select(budget => budget.CloseAsync()));

    private CredentialBudget BudgetOf(string name)
    {
        if (_credentials.TryGetValue(name, out var known))
        {
            return known;
        }

        if (_credentials.Count >= MostCredentials)
        {
            foreach (var (key, _) in _credentials.Where(entry => entry.Value.IsIdle))
            {
                _credentials.TryRemove(key, out _);
            }
        }

        return _credentials.GetOrAdd(name, key => new(_terms, key, _tables, _time));
    }
}

/// <summary>The permits for calls to every vendor, kept in a ledger that all processes of one table store share.</summary>
/// <param name="tables">Where the ledger is.</param>
/// <param name="time">The clock; those of machines that share a ledger must agree within 250 ms.</param>
public sealed class CallBudgets(ITableStore tables, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, VendorBudget> _vendors = new(StringComparer.Ordinal);

    /// <summary>The permits of a vendor; its terms are those of the first call.</summary>
    public VendorBudget Of(VendorTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        return _vendors.GetOrAdd(terms.Vendor, _ => new(terms, tables, time));
    }

    /// <summary>Gives back what this process holds, for up to five seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        var closing = Task.WhenAll(_vendors.Values.Select(vendor => vendor.CloseAsync()));
        if (!closing.IsCompleted)
        {
            // What is not given back runs out by itself.
            await closing.WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
