using Sentiment.Domain.Prices;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;
using static Sentiment.Domain.Tests.Prices.PriceHost;

namespace Sentiment.Domain.Tests.Prices;

public sealed class PriceListTests : IAsyncLifetime, IAsyncDisposable
{
    private readonly IngestionHost _host = new(ScriptedVendor.DescribePrices("wire/a"), ScriptedVendor.DescribePrices("wire/b"));

    public async Task InitializeAsync()
    {
        // Both have a bar every second hour, one of them in between as well.
        _host.Vendors[0].Pages = r => [[.. Enumerable.Range(0, 6).Select(h => Told.Price(r.Symbols[0], Noon.AddHours(2 * h), 100))]];
        _host.Vendors[1].Pages = r => [[.. Enumerable.Range(0, 11).Select(h => Told.Price(r.Symbols[0], Noon.AddHours(h), 200))]];
        await _host.StartEngineAsync();
        await _host.EndAsync(await _host.BeginAsync(IngestionHost.Roster(_host.Tenant("acme", "AAPL", "AAP", "AAPL.B"))));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(1000)]
    public async Task Pages_of_any_length_give_every_bar_once_newest_first(int limit)
    {
        var expected = Enumerable.Range(0, 11).SelectMany(h => (string[])(h % 2 == 0 ? [$"{h} wire/a", $"{h} wire/b"] : [$"{h} wire/b"]))
            .OrderByDescending(l => int.Parse(l.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)).ThenBy(l => l.Split(' ')[1], StringComparer.Ordinal);
        Assert.Equal(expected, await WalkAsync(limit));
    }

    [Theory]
    [InlineData("wire/a", null, null, "10 8 6 4 2 0")]
    [InlineData("wire/a", 2.0, 8.0, "6 4 2")]
    [InlineData("wire/a", 2.001, 8.001, "8 6 4")]
    [InlineData("wire/b", 3.0, 4.0, "3")]
    [InlineData("wire/b", 3.5, 3.6, "")]
    [InlineData("wire/c", null, null, "")]
    public async Task A_range_takes_its_start_and_leaves_its_end_out(string table, double? from, double? to, string hours)
    {
        foreach (var limit in (int[])[1, 2, 100])
        {
            Assert.Equal(hours, string.Join(' ', (await WalkAsync(limit, table, from, to)).Select(l => l.Split(' ')[0])));
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("1234567890123456789")]
    [InlineData("1234567890123456789|a|b")]
    [InlineData("1234567890123456789|wire/a")]
    public async Task A_cursor_that_is_none_is_refused(string after) =>
        await Assert.ThrowsAsync<ArgumentException>(() => PriceList.ReadAsync(_host.Get<ITableReader>(), "acme", "AAPL", null, null, null, 10, after, default));

    [Fact]
    public async Task The_bar_before_a_time_is_of_the_same_symbol_and_table()
    {
        var store = _host.Get<PriceStore>();
        Assert.Equal(Noon.AddHours(4), (await store.BeforeAsync("acme", "wire/a", "AAPL", Noon.AddHours(5), default))!.Time);
        Assert.Equal(Noon.AddHours(4), (await store.BeforeAsync("acme", "wire/a", "AAPL", Noon.AddHours(6), default))!.Time);
        Assert.Null(await store.BeforeAsync("acme", "wire/a", "AAPL", Noon, default));
        Assert.Null(await store.BeforeAsync("acme", "wire/a", "TSLA", Noon.AddHours(5), default));
    }

    private async Task<List<string>> WalkAsync(int limit, string? table = null, double? from = null, double? to = null)
    {
        var (found, after) = (new List<string>(), (string?)null);
        do
        {
            (var bars, after) = await PriceList.ReadAsync(
                _host.Get<ITableReader>(), "acme", "AAPL", table, from is { } f ? Noon.AddHours(f) : null, to is { } t ? Noon.AddHours(t) : null, limit, after, default);
            Assert.InRange(bars.Count, 0, limit);
            Assert.InRange(found.Count, 0, 100);
            found.AddRange(bars.Select(b => FormattableString.Invariant($"{(b.Time - Noon).TotalHours} {b.Table}")));
        }
        while (after is not null);
        return found;
    }
}
