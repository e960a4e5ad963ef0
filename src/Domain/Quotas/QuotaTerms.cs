namespace Sentiment.Domain.Quotas;

/// <summary>The constants of the quota ledger, and why they are what they are.</summary>
internal static class QuotaTerms
{
    /// <summary>How long leased slots may be used without a word to the ledger: a few writes a minute, and little lost with a process.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    /// <summary>A lease in use is prolonged when less than this is left of it.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(3);

    /// <summary>How far the clocks of two machines may differ; machines that keep network time are within a few milliseconds.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a call that was given up without an answer may still be on its way to the vendor.</summary>
    public static readonly TimeSpan Straggle = TimeSpan.FromSeconds(2);

    /// <summary>How old a look at the row may be: pauses and open breakers of other processes are heeded after this long.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>What was used in this long is taken to be wanted again: one write serves about as much; the rest is given back.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait for a permit inside a call; a longer one is handed to the caller, who can wait durably.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>How long a read or write of the ledger may take.</summary>
    public static readonly TimeSpan Store = TimeSpan.FromSeconds(20);

    /// <summary>The most slots of a lease.</summary>
    public const int MostLeased = 1000;

    /// <summary>A lease takes at most one in so many of the slots left, and of that its share among the processes at work.</summary>
    public const int ShareOfLeft = 6;

    /// <summary>Or one in so many of the limit, if that is more: where calls are used as they come free, few are ever left.</summary>
    public const int ShareOfLimit = 50;

    /// <summary>Times at which calls stop counting are rounded up to a hundredth of their window, so that a row stays small.</summary>
    public const int Buckets = 100;

    /// <summary>The most processes that can hold leases of one credential.</summary>
    public const int MostLeases = 200;

    /// <summary>The most callers that wait for one credential; the next is told to come back later.</summary>
    public const int MostWaiting = 4096;

    /// <summary>
    /// Which part of each window a priority leaves to those above it. A run of the schedule is worth a tenth, for a person
    /// asks for a few pages; a backfill can wait, and so leaves what a usual run of the schedule needs.
    /// </summary>
    public static double Reserve(CallPriority priority) => priority switch
    {
        CallPriority.Interactive => 0,
        CallPriority.Scheduled => 0.1,
        _ => 0.3,
    };

    /// <summary>The slots of a window that a priority leaves to those above it that have asked of late.</summary>
    /// <param name="window">The window.</param>
    /// <param name="priority">The priority.</param>
    /// <param name="askedAt">When each was last asked for.</param>
    /// <param name="now">The time.</param>
    public static int Reserve(QuotaWindow window, CallPriority priority, Func<CallPriority, DateTimeOffset?> askedAt, DateTimeOffset now) =>
        Enum.GetValues<CallPriority>().Any(above => above < priority && askedAt(above) + ReserveLasts(window.Seconds) > now)
            ? (int)(Reserve(priority) * window.Limit) : 0;

    /// <summary>
    /// For how long after its last call a priority is kept a reserve: people come in sessions, and a reserve for nobody is
    /// lost calls. At least five minutes, at most an hour.
    /// </summary>
    public static TimeSpan ReserveLasts(int windowSeconds) => TimeSpan.FromSeconds(Math.Clamp(windowSeconds, 300, 3600));
}
