using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Wire;

namespace Sentiment.Simulator.Prices;

/// <summary>
/// The bars of any ticker as a pure function of seed, epoch and clock: on weekdays, from opening to close. Prices wander by a
/// few hundredths from day to day; now and then a bar lies a quarter higher, and a few are broken.
/// </summary>
internal sealed class PriceFeed(SimulatorOptions options)
{
    private const double JumpShare = 0.01;
    private const int Whole = 100_000;
    private const int MinutesPerDay = 1440;

    private static readonly BadKind[] BadKinds =
        [BadKind.MissingPrice, BadKind.ZeroPrice, BadKind.HighBelowLow, BadKind.UnparseableDate, BadKind.FutureDate];

    private readonly DateTimeOffset _first = options.Epoch.AddDays(-options.HistoryDays);

    /// <summary>A name as Tiingo spells tickers: <c>BRK.B</c> is <c>BRK-B</c>.</summary>
    public static string Ticker(string symbol) => symbol.ToUpperInvariant().Replace('.', '-');

    /// <summary>The bars that have begun on some days, in order of time.</summary>
    public IEnumerable<SimulatedBar> Between(PriceTable table, string ticker, Days days, DateTimeOffset now)
    {
        var key = SeededDraw.Mix(SeededDraw.Mix((ulong)options.Seed, SeededDraw.Of("prices")), SeededDraw.Of(ticker));
        var end = days.Before < now ? days.Before : now;
        for (var day = Midnight(days.From > _first ? days.From : _first); day < end; day = day.AddDays(1))
        {
            if (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday)
            {
                continue;
            }

            for (var i = 0; i < table.Count; i++)
            {
                var start = day + table.First + (i * table.Period);
                var (opens, closes) = table.Count == 1 ? (day + PriceTable.Opens, day + PriceTable.Closes) : (start, start + table.Period);
                if (start >= _first && opens < now)
                {
                    yield return Bar(table, key, start, opens, closes, now);
                }
            }
        }
    }

    private SimulatedBar Bar(PriceTable table, ulong ticker, DateTimeOffset start, DateTimeOffset opens, DateTimeOffset closes, DateTimeOffset now)
    {
        var draw = new SeededDraw(SeededDraw.Mix(SeededDraw.Mix(ticker, SeededDraw.Of(table.Vendor.ToString())), (ulong)start.UtcTicks));
        var factor = draw.Chance(JumpShare) ? 125 : 100;
        var bad = draw.Chance(options.BadShare) ? draw.Pick(BadKinds) : BadKind.None;
        var isRunning = start + table.Period > now;
        var (open, close) = (Cents(ticker, opens) * factor / 100, Cents(ticker, now < closes ? now : closes) * factor / 100);
        var high = Math.Max(open, close) + draw.Below(50);
        var low = Math.Min(open, close) - draw.Below(50);
        var traded = (now < closes ? now : closes) - opens;
        return new(start, open / 100m, high / 100m, low / 100m, close / 100m, (long)traded.TotalSeconds * (1 + draw.Below(100)), isRunning, isRunning ? BadKind.None : bad);
    }

    // A level for each day, between two of which the price goes in a straight line, give or take a thousandth.
    private static long Cents(ulong ticker, DateTimeOffset time)
    {
        var minutes = time.UtcTicks / TimeSpan.TicksPerMinute;
        var (day, minute) = Math.DivRem(minutes, MinutesPerDay);
        var (from, to) = (Level(ticker, day), Level(ticker, day + 1));
        var jitter = new SeededDraw(SeededDraw.Mix(ticker, (ulong)minutes)).Below(201) - 100;
        var basis = 2_000 + new SeededDraw(ticker).Below(48_000);
        return basis * (Whole + from + ((to - from) * minute / MinutesPerDay) + jitter) / Whole;
    }

    private static long Level(ulong ticker, long day) => new SeededDraw(SeededDraw.Mix(SeededDraw.Mix(ticker, 1), (ulong)day)).Below(6_001) - 3_000;

    private static DateTimeOffset Midnight(DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);
}
