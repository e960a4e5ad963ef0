using Sentiment.Simulator.Feed;

namespace Sentiment.Simulator.Prices;

/// <summary>A table of prices: which bars a day of trade has.</summary>
/// <param name="Vendor">The table.</param>
/// <param name="Period">How long a reader has to wait from a bar's time until it is whole.</param>
/// <param name="First">When the day's first bar begins.</param>
/// <param name="Count">How many follow one another.</param>
internal sealed record PriceTable(Vendor Vendor, TimeSpan Period, TimeSpan First, int Count)
{
    /// <summary>When trade begins on weekdays, UTC.</summary>
    public static readonly TimeSpan Opens = new(14, 30, 0);

    /// <summary>When it ends.</summary>
    public static readonly TimeSpan Closes = new(21, 0, 0);

    /// <summary>A bar a day, dated at midnight.</summary>
    public static PriceTable Eod { get; } = new(Vendor.TiingoEod, TimeSpan.FromDays(1), TimeSpan.Zero, 1);

    /// <summary>A bar every five minutes of trade.</summary>
    public static PriceTable Intraday { get; } = new(Vendor.TiingoIntraday, TimeSpan.FromMinutes(5), Opens, 78);

    /// <summary>The table of a vendor; null where it serves texts.</summary>
    public static PriceTable? Of(Vendor vendor) => vendor == Eod.Vendor ? Eod : vendor == Intraday.Vendor ? Intraday : null;
}
