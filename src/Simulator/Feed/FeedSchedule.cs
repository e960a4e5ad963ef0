namespace Sentiment.Simulator.Feed;

/// <summary>
/// When the records of a symbol arrive: slot 0 is the oldest. The history fills the days before the epoch evenly,
/// after the epoch the slots follow at the live rate without end.
/// </summary>
internal sealed class FeedSchedule(SimulatorOptions options)
{
    private readonly DateTimeOffset _epoch = options.Epoch;
    private readonly long _historySpan = TimeSpan.FromDays(options.HistoryDays).Ticks;
    private readonly int _historyCount = options.ItemsPerSymbol
        ?? (int)Math.Round(options.ItemsPerSymbolPerDay * options.HistoryDays);

    private readonly long _liveInterval = options.ItemsPerSymbolPerDay > 0
        ? (long)(TimeSpan.TicksPerDay / options.ItemsPerSymbolPerDay)
        : 0;

    /// <summary>The span within which the slot's record arrives; null where the feed never grows that far.</summary>
    public (DateTimeOffset Start, TimeSpan Length)? Slot(int slot)
    {
        if (slot < _historyCount)
        {
            // 128 bits: span times slot overflows 64 bits at a million items over a month.
            var start = (long)((Int128)_historySpan * slot / _historyCount);
            var end = (long)((Int128)_historySpan * (slot + 1) / _historyCount);
            return (_epoch.AddTicks(start - _historySpan), TimeSpan.FromTicks(end - start));
        }

        return _liveInterval == 0
            ? null
            : (_epoch.AddTicks((slot - _historyCount) * _liveInterval), TimeSpan.FromTicks(_liveInterval));
    }
}
