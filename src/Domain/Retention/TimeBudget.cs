namespace Sentiment.Domain.Retention;

/// <summary>How long an activity goes on; it does one bounded step at least, however short the budget.</summary>
internal sealed class TimeBudget(TimeProvider time, int seconds)
{
    private readonly long _begun = time.GetTimestamp();

    /// <summary>Whether no further step may begin.</summary>
    public bool IsUsedUp => time.GetElapsedTime(_begun).TotalSeconds >= seconds;
}
