using System.Globalization;
using System.Security.Cryptography;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Tiingo;
using Sentiment.Simulator.Truth;
using Sentiment.Simulator.Wire;

namespace Sentiment.Simulator.Prices;

/// <summary>Works out which bars a reader of some symbols should hold, and which are broken, from the feed itself.</summary>
internal sealed class PriceTruth(PriceFeed feed)
{
    /// <summary>The bounds are inclusive and apply to a bar's time; a broken one's is the one it should have had.</summary>
    public TruthDocument Of(PriceTable table, string[] symbols, DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset now)
    {
        var (bars, bad) = (new List<TruthBar>(), new List<BadRecord>());
        foreach (var symbol in symbols)
        {
            var before = (decimal?)null;
            foreach (var bar in feed.Between(table, PriceFeed.Ticker(symbol), Days.All, now).Where(b => !b.IsRunning))
            {
                var isAsked = !(bar.Start < from) && !(bar.Start > to);
                if (bar.Bad == BadKind.None)
                {
                    if (isAsked)
                    {
                        var isSuspicious = before is { } close && Math.Abs(bar.Close - close) > close / 10;
                        bars.Add(new(symbol, bar.Start, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume, isSuspicious));
                    }

                    before = bar.Close;
                }
                else if (isAsked)
                {
                    bad.Add(Bad(table, symbol, bar));
                }
            }
        }

        return new([], [.. bad], new(0, 0, bad.Count)) { Bars = [.. bars] };
    }

    private static BadRecord Bad(PriceTable table, string symbol, SimulatedBar bar)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(TiingoBarWriter.Record(table, bar, withVolume: true)));
        var id = bar.Bad == BadKind.UnparseableDate ? null
            : string.Create(CultureInfo.InvariantCulture, $"{symbol}@{TiingoBarWriter.TimeOf(bar):yyyy-MM-dd'T'HH:mm:ss'Z'}");
        return new(null, symbol, bar.Bad, hash, bar.Start, bar.Start, id);
    }
}
