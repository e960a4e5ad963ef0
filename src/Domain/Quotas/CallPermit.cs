namespace Sentiment.Domain.Quotas;

/// <summary>How a permitted call ended.</summary>
public enum CallOutcome
{
    /// <summary>It was never sent.</summary>
    Unused,

    /// <summary>The vendor answered, well or not.</summary>
    Answered,

    /// <summary>The vendor answered that it failed for now.</summary>
    Failed,

    /// <summary>No answer came: a time-out, or the connection broke.</summary>
    Broken,

    /// <summary>The caller gave it up.</summary>
    Abandoned,
}

/// <summary>Permits one call with a credential; it must be settled when the call has ended.</summary>
public sealed class CallPermit
{
    private readonly CredentialBudget _budget;
    private readonly DateTimeOffset _end;
    private int _isSettled;

    internal CallPermit(CredentialBudget budget, int generation, DateTimeOffset end, bool isProbe) =>
        (_budget, Generation, _end, IsProbe) = (budget, generation, end, isProbe);

    /// <summary>Whether the vendor was failing, and this call is to tell whether it is back.</summary>
    public bool IsProbe { get; }

    /// <summary>When the answer began to come; null before. The call counts in its windows from then at the latest.</summary>
    public DateTimeOffset? AnsweredAt { get; private set; }

    internal int Generation { get; }

    /// <summary>Releases the place among the calls under way to the vendor.</summary>
    internal Action Leave { get; set; } = static () => { };

    /// <summary>Whether the call may still be sent.</summary>
    internal bool IsGood(DateTimeOffset now) => now < _end;

    /// <summary>The answer begins to come.</summary>
    public void Answered() => AnsweredAt ??= _budget.Now;

    /// <summary>The vendor wants no call with the credential before a time, which all processes are told.</summary>
    /// <param name="until">The time.</param>
    public void Pause(DateTimeOffset until) => _budget.Pause(until);

    /// <summary>The call has ended; the first settlement counts.</summary>
    /// <param name="outcome">How.</param>
    public void Settle(CallOutcome outcome)
    {
        if (Interlocked.Exchange(ref _isSettled, 1) == 0)
        {
            Leave();
            _budget.Settle(this, outcome);
        }
    }
}
