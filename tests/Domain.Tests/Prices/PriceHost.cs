using Sentiment.Domain.Prices;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Prices;

/// <summary>An ingestion whose only table serves prices.</summary>
internal static class PriceHost
{
    public const string Table = "wire/prices";

    public static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-2);

    public static IngestionHost Open(Func<PageRequest, IReadOnlyList<IReadOnlyList<Told>>> pages)
    {
        var host = new IngestionHost(ScriptedVendor.DescribePrices());
        host.Vendor.Pages = pages;
        return host;
    }

    /// <summary>Everything that a page can hold, three pages a symbol over two days.</summary>
    public static IReadOnlyList<IReadOnlyList<Told>> Everything(PageRequest request)
    {
        var symbol = request.Symbols[0];
        Told Bar(double hours, decimal close, decimal volume = 10) => Told.Price(symbol, Noon.AddHours(hours), close, volume);
        return
        [
            [Bar(-1000, 90), Bar(1, 100), Bar(0, 99), Bar(1, 101), Bar(2, 0.5m), Bar(3, 120)],
            [Bar(20, 121), Bar(1, 100), Bar(-200, 80), Told.Price(symbol, null, 10), Bar(21, 122, -1)],
            [Bar(22, 150), Bar(23, 151.25m), Bar(48, 140)],
        ];
    }

    public static async Task<IReadOnlyList<PriceBar>> BarsAsync(this IngestionHost host, string symbol = "AAPL") =>
        (await PriceList.ReadAsync(host.Get<ITableReader>(), "acme", symbol, null, null, null, 1000, null, default)).Bars;

    /// <summary>Hours after noon, close, and a mark where it is suspicious, newest first.</summary>
    public static async Task<IReadOnlyList<string>> LinesAsync(this IngestionHost host, string symbol = "AAPL") =>
        [.. (await host.BarsAsync(symbol)).Select(b => FormattableString.Invariant($"{(b.Time - Noon).TotalHours:0.##} {b.Close}{(b.IsSuspicious ? "!" : "")}"))];
}
