using System.Diagnostics.CodeAnalysis;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Quotas;

/// <summary>The loop that keeps a credential's row and this process's slots in step.</summary>
internal sealed partial class CredentialBudget
{
    private enum Act
    {
        End,
        Read,
        Write,
        Sleep,
    }

    private readonly record struct Step(Act Act, LedgerWrite? Write = null, DateTimeOffset Until = default);

    /// <summary>Has the loop look at what has changed; starts it where there is something to do and none runs.</summary>
    private void Wake()
    {
        TaskCompletionSource wake;
        bool starts;
        lock (_gate)
        {
            wake = _wake;
            starts = !_isRunning && (_waiting.Count > 0 || _slots.Holds || IsToWrite);
            _isRunning |= starts;
        }

        if (starts)
        {
            _loop = RunAsync();
        }
        else
        {
            wake.TrySetResult();
        }
    }

    private bool IsToWrite => _isPauseToWrite || _breaker.IsToWrite;

    /// <summary>Reads, writes and sleeps until nobody waits and nothing is held.</summary>
    private async Task RunAsync()
    {
        while (true)
        {
            Step step;
            List<Action> tell = [];
            lock (_gate)
            {
                step = Next(Now, tell);
                _isRunning = step.Act != Act.End;
                _wake = step.Act == Act.Sleep ? new() : _wake;
            }

            tell.ForEach(told => told());
            switch (step.Act)
            {
                case Act.Read:
                    await ReadAsync().ConfigureAwait(false);
                    break;
                case Act.Write:
                    await WriteAsync(step.Write!).ConfigureAwait(false);
                    break;
                case Act.Sleep:
                    await SleepAsync(step.Until).ConfigureAwait(false);
                    break;
                default:
                    return;
            }
        }
    }

    private Step Next(DateTimeOffset now, List<Action> tell)
    {
        if (_isClosing)
        {
            SendAway(tell, _ => new SourceWaitException($"{_terms.Vendor}: this process is ending", now + QuotaTerms.LongestWait));
            var last = _slots.Plan(now, 0, CallPriority.Interactive, isClosing: true);
            return _slots.Holds && last.Gives && now >= _calmUntil ? new(Act.Write, last) : new(Act.End);
        }

        if (_waiting.Count > 0 && _slots.IsStale(now))
        {
            return new(Act.Read);
        }

        while (_waiting.TryPeek(out var next) && TryGrant(next.Priority, now) is { } permit)
        {
            _waiting.Dequeue();
            tell.Add(() => Give(next, permit));
        }

        var isHalfOpen = _breaker.IsHalfOpen(now);
        if (isHalfOpen && _waiting.Count > 0)
        {
            // Whoever writes this first is the one who tries.
            var plan = _slots.Plan(now, 1, CallPriority.Interactive);
            return new(Act.Write, With(plan, _breaker.State! with { Prober = _owner, ProbeUntil = now + _terms.Attempt + QuotaTerms.LongestWait }));
        }

        SendAwayWhoWaitsTooLong(now, tell);
        return Keep(now);
    }

    /// <summary>What the row and the slots need now, else when to look again.</summary>
    private Step Keep(DateTimeOffset now)
    {
        var isFree = _waiting.TryPeek(out var first) && !(_pausedUntil > now) && _breaker.Lets(now, _owner);
        var plan = _slots.Plan(now, isFree ? _waiting.Count : 0, first?.Priority ?? CallPriority.Interactive);
        var isEnding = _slots.LeaseEnd - now <= QuotaTerms.Renewal;
        var isUnused = !isFree && _slots.Recent(now) == 0 && plan.Gives;

        // The others shall know that somebody waits for slots that they hold.
        var isUnheard = isFree && isEnding && plan.Row.Leases.Count > 1;
        if (now >= _calmUntil && (IsToWrite || (isFree && plan.Takes) || (_slots.Holds && isEnding) || isUnused || isUnheard))
        {
            return new(Act.Write, With(plan, _breaker.State));
        }

        if (_waiting.Count == 0 && !_slots.Holds && !IsToWrite)
        {
            return new(Act.End);
        }

        var until = _slots.Holds ? Later(_slots.LeaseEnd - QuotaTerms.Renewal, now + QuotaTerms.Fresh) : now + QuotaTerms.LongestWait;
        if (_slots.Holds && _slots.Recent(now) > 0)
        {
            until = Earlier(until, now + QuotaTerms.Recent);
        }

        if (_waiting.Count > 0)
        {
            // Others may have given back; what is known to come free may come sooner than the next look.
            until = Earlier(until, now + QuotaTerms.Fresh);
            until = Earlier(until, _waiting.InOrder().Min(entry => entry.Item.Deadline));
            var free = Later(_slots.AvailableAt(0, first!.Priority, now), _pausedUntil ?? now);
            until = free > now ? Earlier(until, free) : until;
        }

        return new(Act.Sleep, Until: _calmUntil > now ? Earlier(until, _calmUntil) : until);
    }

    private LedgerWrite With(LedgerWrite plan, BreakerRow? breaker) => plan with
    {
        Row = plan.Row with { Breaker = breaker, PausedUntil = _pausedUntil is { } until && !(plan.Row.PausedUntil > until) ? until : plan.Row.PausedUntil },
    };

    private void SendAwayWhoWaitsTooLong(DateTimeOffset now, List<Action> tell)
    {
        if (!_breaker.Lets(now, _owner))
        {
            SendAway(tell, _ => new SourceWaitException($"{_terms.Vendor} has been failing and is left alone for a while", _breaker.Until(now)) { IsFailing = true });
            return;
        }

        _promised.Expire(now);
        var before = 0;
        foreach (var (waiter, place) in _waiting.InOrder().ToList())
        {
            if (!waiter.IsJudged || waiter.Deadline <= now)
            {
                waiter.IsJudged = true;
                var at = _slots.AvailableAt(before + _promised.Before(waiter.Tenant, waiter.Priority, place), waiter.Priority, now);
                at = Later(at, _pausedUntil ?? now);
                if (at > waiter.Deadline || waiter.Deadline <= now)
                {
                    at = Later(at, now + QuotaTerms.Skew);
                    _waiting.Remove(waiter);
                    if (!(at > waiter.WaitsUntil))
                    {
                        _promised.Add(waiter.Tenant, waiter.Priority, at);
                    }

                    var reason = _pausedUntil > now ? $"{_terms.Vendor} asks for a pause" : $"{_terms.Vendor} permits no call with this credential before then";
                    tell.Add(() => waiter.Permit.TrySetException(new SourceWaitException(reason, at)));
                    continue;
                }
            }

            before++;
        }
    }

    private void SendAway(List<Action> tell, Func<Waiter, Exception> why)
    {
        while (_waiting.TryPeek(out var waiter))
        {
            _waiting.Dequeue();
            tell.Add(() => waiter.Permit.TrySetException(why(waiter)));
        }
    }

    private static void Give(Waiter waiter, CallPermit permit)
    {
        if (!waiter.Permit.TrySetResult(permit))
        {
            permit.Settle(CallOutcome.Unused);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever the store throws, those who wait are told; the loop must go on.")]
    private async Task ReadAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(QuotaTerms.Store, _time);
            var row = await _tables.GetAsync(QuotaRow.Partition, _key, limit.Token).ConfigureAwait(false);
            var read = row is null ? null : Rows.Read(row, QuotaJson.Default.QuotaRow);
            lock (_gate)
            {
                _slots.Observe(read, row?.ETag, Now);
                _breaker.Observe(read?.Breaker);
                _pausedUntil = read?.PausedUntil is { } until && !(_pausedUntil > until) ? until : _pausedUntil;
            }
        }
        catch (Exception failure)
        {
            Fail(failure);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever the store throws, those who wait are told; the loop must go on.")]
    private async Task WriteAsync(LedgerWrite plan)
    {
        LedgerWrite write;
        TableWrite change;
        lock (_gate)
        {
            write = _slots.Begin(plan);
            var data = Rows.Write(write.Row, QuotaJson.Default.QuotaRow);
            change = _slots.ETag is { } etag ? TableWrite.IfMatch(_key, Rows.Version, data, etag) : TableWrite.Insert(_key, Rows.Version, data);
        }

        try
        {
            using var limit = new CancellationTokenSource(QuotaTerms.Store, _time);
            var etags = await _tables.WriteAsync(QuotaRow.Partition, [change], limit.Token).ConfigureAwait(false);
            lock (_gate)
            {
                _slots.Commit(write, etags[0], Now);
                Told(write);
            }
        }
        catch (TableConflictException)
        {
            lock (_gate)
            {
                _slots.Refuse(write);
            }

            await ReadAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            lock (_gate)
            {
                _owner = Guid.NewGuid().ToString("N");
                _slots.Doubt(_owner);
                Told(write);
            }

            Fail(failure);
        }
    }

    private void Told(LedgerWrite write)
    {
        _breaker.Written(write.Row.Breaker);
        _isPauseToWrite &= write.Row.PausedUntil < _pausedUntil;
    }

    private void Fail(Exception failure)
    {
        List<Action> tell = [];
        lock (_gate)
        {
            _calmUntil = Now + QuotaTerms.Fresh;
            SendAway(tell, _ => failure);
        }

        tell.ForEach(told => told());
    }

    private async Task SleepAsync(DateTimeOffset until)
    {
        TaskCompletionSource wake;
        lock (_gate)
        {
            wake = _wake;
        }

        var rest = until - Now;
        using var awake = new CancellationTokenSource();
        await Task.WhenAny(wake.Task, Task.Delay(rest > TimeSpan.FromMilliseconds(1) ? rest : TimeSpan.FromMilliseconds(1), _time, awake.Token)).ConfigureAwait(false);
        awake.Cancel();
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
