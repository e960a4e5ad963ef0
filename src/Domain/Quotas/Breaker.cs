namespace Sentiment.Domain.Quotas;

/// <summary>
/// A credential's circuit breaker as one process sees it: it opens when nearly all of the last calls failed transiently,
/// for longer each time, and after that one process tries one call. Its open state is shared through the row.
/// </summary>
/// <param name="breakAfter">How many of the last calls are looked at; 0 never opens.</param>
internal sealed class Breaker(int breakAfter)
{
    private static readonly TimeSpan FirstOpen = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestOpen = TimeSpan.FromMinutes(5);

    // Older failures say nothing of now.
    private static readonly TimeSpan Looks = TimeSpan.FromMinutes(1);

    private readonly Queue<(DateTimeOffset At, bool Failed)> _last = new();

    /// <summary>The open breaker; null while closed.</summary>
    public BreakerRow? State { get; private set; }

    /// <summary>Whether the row does not say so yet.</summary>
    public bool IsToWrite { get; private set; }

    /// <summary>Whether calls may be made, or one call where the breaker is half open.</summary>
    /// <param name="now">The time.</param>
    /// <param name="owner">This process.</param>
    public bool Lets(DateTimeOffset now, string owner) => State is null || IsProber(now, owner);

    /// <summary>Whether it is this process that tries.</summary>
    public bool IsProber(DateTimeOffset now, string owner) => State?.Prober == owner && State.ProbeUntil > now && !IsProbing;

    /// <summary>Whether this process's try is under way.</summary>
    public bool IsProbing { get; private set; }

    /// <summary>Whether somebody should try and nobody does.</summary>
    public bool IsHalfOpen(DateTimeOffset now) =>
        State is { } state && state.OpenUntil <= now && !IsProbing && (state.Prober is null || state.ProbeUntil <= now);

    /// <summary>When to come back where no call may be made.</summary>
    public DateTimeOffset Until(DateTimeOffset now) =>
        State is { } state && state.OpenUntil > now ? state.OpenUntil : now + QuotaTerms.LongestWait + TimeSpan.FromSeconds(1);

    /// <summary>Takes note of what the row says, unless this process knows better and is about to write it.</summary>
    public void Observe(BreakerRow? row)
    {
        if (!IsToWrite)
        {
            State = row;
        }
    }

    /// <summary>The row says what this process knew then; or it could not be told, and each process finds out for itself.</summary>
    /// <param name="row">What was written, or should have been.</param>
    public void Written(BreakerRow? row)
    {
        if (State == row || !IsToWrite)
        {
            (State, IsToWrite) = (row, false);
        }
    }

    public void BeginProbe() => IsProbing = true;

    /// <summary>Nothing was learnt of a try.</summary>
    public void GiveUpProbe() => Set(State is null ? null : State with { Prober = null, ProbeUntil = null });

    /// <summary>Takes note of a call's outcome.</summary>
    /// <param name="failed">Whether it failed transiently.</param>
    /// <param name="isProbe">Whether it was the try of a half-open breaker.</param>
    /// <param name="now">The time.</param>
    public void Note(bool failed, bool isProbe, DateTimeOffset now)
    {
        if (isProbe)
        {
            var opened = (State?.Opened ?? 0) + 1;
            Set(failed ? Opened(opened, now) : null);
            return;
        }

        _last.Enqueue((now, failed));
        while (_last.Count > Math.Max(1, breakAfter))
        {
            _last.Dequeue();
        }

        // One that succeeds in ten is what a vendor with hiccups looks like from here, too.
        if (breakAfter > 0 && State is null && _last.Count == breakAfter && _last.Peek().At + Looks > now
            && _last.Count(call => call.Failed) >= Math.Max(1, breakAfter * 9 / 10))
        {
            Set(Opened(1, now));
        }
    }

    private static BreakerRow Opened(int times, DateTimeOffset now)
    {
        var length = FirstOpen * Math.Pow(2, Math.Min(times, 10) - 1);
        return new(times, now + (length < LongestOpen ? length : LongestOpen));
    }

    private void Set(BreakerRow? state)
    {
        _last.Clear();
        (State, IsToWrite, IsProbing) = (state, true, false);
    }
}
