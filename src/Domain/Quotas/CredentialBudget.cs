using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Quotas;

/// <summary>
/// Hands out permits for calls with one credential of a vendor: from slots that it leases from the credential's row, to
/// those who wait by priority and round-robin by tenant.
/// </summary>
/// <remarks>
/// One loop reads and writes the row while somebody waits or slots are held; see <see cref="RunAsync"/>. Whoever waits
/// is told outside the lock, and goes on at once: what follows a permit is a request that soon waits for the network.
/// </remarks>
internal sealed partial class CredentialBudget
{
    private readonly Lock _gate = new();
    private readonly VendorTerms _terms;
    private readonly ITableStore _tables;
    private readonly TimeProvider _time;
    private readonly string _key;
    private readonly CredentialSlots _slots;
    private readonly Breaker _breaker;
    private readonly FairQueue<Waiter> _waiting = new(QuotaTerms.MostWaiting);
    private readonly PromisedTimes _promised = new();
    private string _owner = Guid.NewGuid().ToString("N");
    private DateTimeOffset? _pausedUntil;
    private TaskCompletionSource _wake = new();
    private bool _isPauseToWrite;
    private DateTimeOffset _calmUntil = DateTimeOffset.MinValue;
    private Task _loop = Task.CompletedTask;
    private bool _isRunning;
    private bool _isClosing;

    public CredentialBudget(VendorTerms terms, string credential, ITableStore tables, TimeProvider time)
    {
        (_terms, _tables, _time, _key) = (terms, tables, time, QuotaRow.KeyOf(terms.Vendor, credential));
        _slots = new(new() { Vendor = terms.Vendor, Credential = credential }, _owner, terms.Limits, terms.Attempt);
        _breaker = new(terms.BreakAfter);
    }

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Whether nobody waits and nothing is held, so that the books can be closed.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return !_isRunning;
            }
        }
    }

    /// <summary>Waits up to five seconds for a permit.</summary>
    /// <exception cref="SourceWaitException">It would take longer, the vendor wants a pause, or the breaker is open.</exception>
    public async ValueTask<CallPermit> ReserveAsync(string tenant, CallPriority priority, DateTimeOffset? waitsUntil, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiter = new Waiter(tenant, priority, Now + QuotaTerms.LongestWait) { WaitsUntil = waitsUntil };
        lock (_gate)
        {
            _slots.Ask(priority, Now);
            if (_waiting.Count == 0 && !_slots.IsStale(Now) && TryGrant(priority, Now) is { } permit)
            {
                return permit;
            }

            if (!_waiting.TryEnqueue(waiter))
            {
                throw new SourceWaitException($"{_terms.Vendor}: {QuotaTerms.MostWaiting:#,0} callers wait for this credential already", waiter.Deadline + QuotaTerms.LongestWait);
            }
        }

        Wake();
        using var cancelled = cancellationToken.UnsafeRegister(_ => Cancel(waiter, cancellationToken), null);
        return await waiter.Permit.Task.ConfigureAwait(false);
    }

    /// <summary>A permitted call has ended.</summary>
    public void Settle(CallPermit permit, CallOutcome outcome)
    {
        lock (_gate)
        {
            var now = Now;
            if (outcome == CallOutcome.Unused)
            {
                _slots.PutBack(permit.Generation);
            }
            else
            {
                // A call without an answer may reach the vendor after it was given up.
                var isSure = outcome is CallOutcome.Answered or CallOutcome.Failed;
                _slots.Settle(permit.Generation, permit.AnsweredAt ?? (isSure ? now : now + QuotaTerms.Straggle));
            }

            if (outcome is CallOutcome.Answered or CallOutcome.Failed or CallOutcome.Broken)
            {
                _breaker.Note(outcome != CallOutcome.Answered, permit.IsProbe, now);
            }
            else if (permit.IsProbe)
            {
                _breaker.GiveUpProbe();
            }
        }

        Wake();
    }

    /// <summary>Nobody calls before a time; every process hears of it within about a second.</summary>
    public void Pause(DateTimeOffset until)
    {
        lock (_gate)
        {
            if (_pausedUntil is null || until > _pausedUntil)
            {
                (_pausedUntil, _isPauseToWrite) = (until, true);
            }
        }

        Wake();
    }

    /// <summary>Gives back what is held; whoever waits is sent away.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isClosing = true;
        }

        Wake();
        return _loop;
    }

    private void Cancel(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _waiting.Remove(waiter);
        }

        waiter.Permit.TrySetCanceled(cancellationToken);
    }

    private CallPermit? TryGrant(CallPriority priority, DateTimeOffset now)
    {
        if (_pausedUntil > now || !_breaker.Lets(now, _owner) || !_slots.TryTake(priority, now))
        {
            return null;
        }

        var isProbe = _breaker.IsProber(now, _owner);
        if (isProbe)
        {
            _breaker.BeginProbe();
        }

        return new(this, _slots.Generation, _slots.IsLimited ? _slots.LeaseEnd : DateTimeOffset.MaxValue, isProbe);
    }

    /// <summary>Somebody who waits for a permit.</summary>
    private sealed class Waiter(string tenant, CallPriority priority, DateTimeOffset deadline) : IQueued
    {
        public string Tenant { get; } = tenant;

        public CallPriority Priority { get; } = priority;

        public DateTimeOffset Deadline { get; } = deadline;

        /// <summary>It does not come back after it; null: it does.</summary>
        public DateTimeOffset? WaitsUntil { get; init; }

        /// <summary>Whether it was looked at how long it will take.</summary>
        public bool IsJudged { get; set; }

        public TaskCompletionSource<CallPermit> Permit { get; } = new();
    }
}
