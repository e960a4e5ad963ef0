namespace Sentiment.Domain.Quotas;

/// <summary>How many slots a process leases and keeps, of each window.</summary>
/// <remarks>
/// A long window's slots are taken as they are wanted, a share of what is left at a time. A short window's are a rate: a
/// process keeps its share and uses it again and again without a word to the ledger.
/// </remarks>
internal static class LeaseSizes
{
    /// <summary>The changes of each window's slots.</summary>
    /// <param name="pools">What is held.</param>
    /// <param name="left">What is left in the ledger of each window, less the reserve that those who wait must leave.</param>
    /// <param name="want">Slots that are wanted ready.</param>
    /// <param name="processes">Processes at work with the credential, this one included.</param>
    /// <param name="yields">Whether this process has just given up slots of a short window to the others.</param>
    public static IReadOnlyList<SlotChange> Of(IReadOnlyList<SlotPool> pools, IReadOnlyList<int> left, int want, int processes, bool yields)
    {
        var level = want;
        for (var i = 0; i < pools.Count; i++)
        {
            var pool = pools[i];
            var takeable = Math.Clamp(left[i], 0, Math.Max(0, MostTaken(pool.Window, left[i], processes)));
            level = Math.Min(level, pool.Window.IsShort ? pool.Held + left[i] > 0 ? level : 0 : pool.Ready + takeable);
        }

        return [.. pools.Select((pool, i) => pool.Window.IsShort ? Short(pool, yields ? 0 : left[i], want, level, processes) : Long(pool, want, level))];
    }

    private static SlotChange Long(SlotPool pool, int want, int level) =>
        new(Math.Max(0, level - pool.Ready), Math.Max(0, pool.Ready - want), pool.CoolingCount > 0);

    private static SlotChange Short(SlotPool pool, int left, int want, int level, int processes)
    {
        // Alone, a quarter stays for a process that starts, or starts again after it was killed.
        var share = processes == 1 ? Math.Max(1, pool.Window.Limit * 3 / 4) : pool.Window.Limit / processes;
        var excess = Math.Max(0, pool.Held - Math.Min(share, want));
        var returned = Math.Min(pool.Ready, excess);
        var reports = pool.CoolingCount > 0 && (want == 0 || (excess > returned && processes > 1));

        // Where there are more processes than slots the share is none: one slot goes round.
        var wanted = Math.Min(pool.Held == 0 ? Math.Max(1, share) : share, level) - pool.Held;
        return new(returned > 0 || reports ? 0 : Math.Clamp(wanted, 0, Math.Max(0, left)), returned, reports);
    }

    private static int MostTaken(QuotaWindow window, int left, int processes) =>
        Math.Max(1, Math.Max(left / QuotaTerms.ShareOfLeft, window.Limit / QuotaTerms.ShareOfLimit) / processes);
}
