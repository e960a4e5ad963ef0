namespace Sentiment.Domain.Quotas;

/// <summary>
/// What one process knows of a credential's ledger, and the slots it holds; says which changes of the row it wants. Pure
/// bookkeeping: whoever uses it guards it with a lock, reads and writes the row.
/// </summary>
internal sealed class CredentialSlots
{
    private readonly QuotaRow _empty;
    private readonly TimeSpan _settling;
    private readonly SlotPool[] _pools;
    private readonly Queue<DateTimeOffset> _recent = new();
    private readonly DateTimeOffset?[] _asked = new DateTimeOffset?[Enum.GetValues<CallPriority>().Length];
    private QuotaRow _row;
    private DateTimeOffset _readAt = DateTimeOffset.MinValue;
    private DateTimeOffset _end = DateTimeOffset.MinValue;
    private DateTimeOffset _yieldsUntil = DateTimeOffset.MinValue;
    private long _turn;
    private string _owner;
    private (DateTimeOffset At, QuotaRow From, QuotaRow Row)? _counted;

    /// <summary>Makes the books of a process that holds nothing yet.</summary>
    /// <param name="empty">The row of a credential that was never used.</param>
    /// <param name="owner">The process's own name for itself.</param>
    /// <param name="limits">The vendor's limits.</param>
    /// <param name="attempt">The longest that a call takes.</param>
    public CredentialSlots(QuotaRow empty, string owner, CallLimits limits, TimeSpan attempt)
    {
        (_empty, _row, _owner, _settling) = (empty, empty, owner, attempt + QuotaTerms.Straggle);
        _pools = [.. limits.Windows.Select(window => new SlotPool(window))];
    }

    /// <summary>Says which slots a permit took; slots that were lost since are not settled any more.</summary>
    public int Generation { get; private set; }

    /// <summary>The row as last read or written.</summary>
    public QuotaRow Row => _row;

    /// <summary>The row's ETag; null where there is none yet.</summary>
    public string? ETag { get; private set; }

    public bool IsLimited => _pools.Length > 0;

    public bool Holds => _pools.Any(pool => pool.Held > 0);

    public bool HasInFlight => _pools.Any(pool => pool.InFlight > 0);

    public DateTimeOffset LeaseEnd => _end;

    public bool IsStale(DateTimeOffset now) => now - _readAt >= QuotaTerms.Fresh || now < _readAt;

    /// <summary>Notes that a priority is asked for, which the lower ones then leave a reserve to.</summary>
    public void Ask(CallPriority priority, DateTimeOffset now) => _asked[(int)priority] = now;

    /// <summary>Takes a slot of each window; false where one has none, or none beyond the reserve.</summary>
    public bool TryTake(CallPriority priority, DateTimeOffset now)
    {
        foreach (var pool in _pools)
        {
            pool.Refresh(now);
        }

        if (IsLimited && (now >= _end || _pools.Any(pool => pool.Ready == 0 || pool.Ready + Left(pool, now) <= Reserve(pool.Window, priority, now))))
        {
            return false;
        }

        foreach (var pool in _pools)
        {
            pool.Take();
        }

        if (IsLimited)
        {
            _recent.Enqueue(now);
        }

        return true;
    }

    /// <summary>A permit's slots were not used.</summary>
    public void PutBack(int generation) => Each(generation, pool => pool.PutBack());

    /// <summary>A permit's call ended, or was given up, by the given time.</summary>
    public void Settle(int generation, DateTimeOffset at) => Each(generation, pool => pool.Settle(at));

    /// <summary>How many slots were used of late.</summary>
    public int Recent(DateTimeOffset now)
    {
        while (_recent.TryPeek(out var at) && at + QuotaTerms.Recent <= now)
        {
            _recent.Dequeue();
        }

        return _recent.Count;
    }

    /// <summary>The change of the row that is wanted now; it is not begun by this.</summary>
    /// <param name="now">The time.</param>
    /// <param name="waiting">How many callers wait.</param>
    /// <param name="priority">The highest priority among them.</param>
    /// <param name="isClosing">Whether everything that can be given back is.</param>
    public LedgerWrite Plan(DateTimeOffset now, int waiting, CallPriority priority, bool isClosing = false)
    {
        var row = Counted(now);
        var others = row.Leases.Where(lease => lease.Owner != _owner).ToList();
        var want = isClosing || others.Count >= QuotaTerms.MostLeases ? 0 : Math.Min(QuotaTerms.MostLeased, waiting + Recent(now));
        var left = _pools.Select(pool => Left(pool, now) - (waiting > 0 ? Reserve(pool.Window, priority, now) : 0)).ToList();
        var changes = LeaseSizes.Of(_pools, left, want, others.Count + 1, now < _yieldsUntil);
        var held = _pools.Zip(changes, (pool, change) =>
            (pool.Window.Seconds, Count: pool.Held + change.Taken - change.Returned - (change.Reports ? pool.CoolingCount : 0))).ToDictionary(h => h.Seconds, h => h.Count);
        var end = held.Values.Any(count => count > 0) || waiting > 0 ? now + QuotaTerms.Lease : (DateTimeOffset?)null;
        return new(
            row with
            {
                Windows = [.. _pools.Zip(changes, (pool, change) => new WindowRow(pool.Window.Seconds, pool.Window.Limit, row.SpentOf(pool.Window.Seconds))
                    .At(now, change.Reports ? [.. pool.Cooling.Select(until => new SpentSlots(until, 1))] : []))],
                Leases = end is { } until && IsLimited ? [.. others, new LeaseRow(_owner, _turn + 1, until, until + _settling, held)] : others,
                InteractiveAt = Later(row.InteractiveAt, _asked[(int)CallPriority.Interactive]),
                ScheduledAt = Later(row.ScheduledAt, _asked[(int)CallPriority.Scheduled]),
            },
            _turn + 1, end, changes);
    }

    /// <summary>The write is about to be made: what it gives back can be used no more.</summary>
    public LedgerWrite Begin(LedgerWrite write)
    {
        _turn = write.Turn;
        return write with
        {
            Changes = [.. _pools.Zip(write.Changes, (pool, change) =>
            {
                pool.Ready -= change.Returned;
                var reported = change.Reports ? pool.TakeCooling() : [];
                pool.InTransit += change.Returned + reported.Count;
                return change with { Reported = reported };
            })],
        };
    }

    /// <summary>The write was made.</summary>
    public void Commit(LedgerWrite write, string etag, DateTimeOffset now)
    {
        (_row, ETag, _readAt) = (write.Row, etag, now);
        _end = write.End ?? DateTimeOffset.MinValue;
        foreach (var (pool, change) in _pools.Zip(write.Changes))
        {
            pool.InTransit -= change.Returned + change.Reported.Count;
            pool.Ready += change.Taken;
            if (pool.Window.IsShort && (change.Returned > 0 || change.Reports) && write.Row.Leases.Count > 1)
            {
                _yieldsUntil = now + QuotaTerms.Fresh;
            }
        }
    }

    /// <summary>The write was refused: the row is another than was read.</summary>
    public void Refuse(LedgerWrite write)
    {
        foreach (var (pool, change) in _pools.Zip(write.Changes))
        {
            pool.InTransit -= change.Returned + change.Reported.Count;
            pool.Ready += change.Returned;
            foreach (var until in change.Reported)
            {
                pool.Cool(until);
            }
        }
    }

    /// <summary>
    /// Nobody knows whether the write was made, or will be. Under another name nothing depends on it: the lease of the old
    /// one runs out, and counts until then as a dead process's does.
    /// </summary>
    public void Doubt(string owner)
    {
        _owner = owner;
        _readAt = DateTimeOffset.MinValue;
        Forget();
    }

    /// <summary>Takes note of the row as it is.</summary>
    public void Observe(QuotaRow? row, string? etag, DateTimeOffset now)
    {
        (_row, ETag, _readAt) = (row ?? _empty, etag, now);
        if (Holds && _row.Leases.All(lease => lease.Owner != _owner))
        {
            // The lease had expired and another process counted its slots as spent; this one's calls are among them.
            Forget();
        }
    }

    /// <summary>When a slot comes free for whoever has so many others before him; about, for others may give back or take.</summary>
    public DateTimeOffset AvailableAt(int before, CallPriority priority, DateTimeOffset now)
    {
        var at = now;
        foreach (var pool in _pools)
        {
            at = Later(at, AvailableAt(pool, before + Reserve(pool.Window, priority, now), now));
        }

        return at;
    }

    private DateTimeOffset AvailableAt(SlotPool pool, int before, DateTimeOffset now)
    {
        var row = Counted(now);
        var rank = before - pool.Ready - Math.Max(0, row.Left(pool.Window) - Unheld(pool));
        if (rank < 0)
        {
            return now;
        }

        var seconds = pool.Window.Seconds;
        var coming = row.SpentOf(seconds).Select(s => (At: s.Until + QuotaTerms.Skew, s.Count))
            .Concat(pool.Cooling.Select(until => (At: until, Count: 1)))
            .Concat(row.Leases.Where(l => l.Owner != _owner).Select(l => (At: l.End + QuotaTerms.Skew, Count: l.HeldOf(seconds))))
            .Append((At: now + pool.Window.Counts, Count: pool.InFlight)).OrderBy(c => c.At).ToList();
        var round = coming.Sum(c => c.Count);
        var rounds = round == 0 ? 1 : rank / round;
        rank -= rounds * round;
        var found = coming.FirstOrDefault(c => (rank -= c.Count) < 0);
        return (found.Count > 0 ? found.At : now) + (rounds * pool.Window.Counts);
    }

    /// <summary>What is left for this process to lease.</summary>
    private int Left(SlotPool pool, DateTimeOffset now) => Counted(now).Left(pool.Window) - Unheld(pool);

    // The row counts what this process held at its last write, which grants and settlements do not change.
    private int Unheld(SlotPool pool) => pool.Held - (_row.Leases.FirstOrDefault(l => l.Owner == _owner)?.HeldOf(pool.Window.Seconds) ?? 0);

    private int Reserve(QuotaWindow window, CallPriority priority, DateTimeOffset now) =>
        QuotaTerms.Reserve(window, priority, above => Later(_row.AskedAt(above), _asked[(int)above]), now);

    private QuotaRow Counted(DateTimeOffset now)
    {
        if (_counted is not { } known || known.At != now || !ReferenceEquals(known.From, _row))
        {
            _counted = known = (now, _row, _row.At(now, _owner));
        }

        return known.Row;
    }

    private void Forget()
    {
        Generation++;
        _end = DateTimeOffset.MinValue;
        foreach (var pool in _pools)
        {
            pool.Clear();
        }
    }

    private void Each(int generation, Action<SlotPool> change)
    {
        if (generation == Generation)
        {
            Array.ForEach(_pools, change);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;
}
