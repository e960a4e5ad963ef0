using Sentiment.Adapters.Tests.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Tiingo;

public sealed class TiingoPriceTests : IAsyncDisposable
{
    private readonly ScriptedVendor _vendor = ScriptedVendor.Start();

    public ValueTask DisposeAsync() => _vendor.DisposeAsync();

    [Theory]
    [InlineData("AAPL", "aapl")]
    [InlineData("BRK.B", "brk-b")]
    [InlineData("A/../../../X", "a%2F--%2F--%2F--%2Fx")]
    [InlineData("A//B", "a%2F%2Fb")]
    [InlineData("^=/-", "%5E=%2F-")]
    [InlineData("EURUSD=X", "eurusd=x")]
    public async Task A_symbol_stays_in_its_segment_of_the_path(string symbol, string segment)
    {
        _vendor.Always(ScriptedVendor.Body("[]"));
        foreach (var (table, before) in (IEnumerable<(string, string)>)[("tiingo/eod", "/tiingo/daily/"), ("tiingo/intraday", "/iex/")])
        {
            _vendor.Seen.Clear();
            await _vendor.Source(table).FetchAsync(ScriptedVendor.Request(CursorDate.Published, symbols: symbol), default);
            var path = _vendor.Seen.Single().Target.Split('?')[0];
            Assert.Equal($"{before}{segment}/prices", path, ignoreCase: true);
        }
    }

    [Fact]
    public async Task A_window_is_asked_for_by_the_days_it_touches()
    {
        _vendor.Always(ScriptedVendor.Body("[]"));
        var midnight = ScriptedVendor.Now.AddHours(-12);
        await _vendor.Source("tiingo/eod").FetchAsync(ScriptedVendor.Request(CursorDate.Published) with { From = midnight.AddDays(-2), To = midnight }, default);
        Assert.Equal("/tiingo/daily/aapl/prices?startDate=2026-10-30&endDate=2026-10-31", _vendor.Seen.Single().Target);
    }

    [Theory]
    [InlineData("187.4412", "187.4412")]
    [InlineData("0.00000001", "0.00000001")]
    [InlineData("1.5e2", "150")]
    [InlineData("0.1", "0.1")]
    [InlineData("123456789012345678.123456789", "123456789012345678.123456789")]
    [InlineData("0.12345678901234567890123456789", null)]
    [InlineData("1e400", null)]
    [InlineData("\"187.44\"", null)]
    [InlineData("null", null)]
    [InlineData("[1]", null)]
    public void Numbers_are_read_as_they_are_written_or_not_at_all(string written, string? read)
    {
        var bar = Parse($$"""{"date":"2026-10-30T00:00:00.000Z","open":{{written}},"high":2,"low":1,"close":1}""").Bar!;
        Assert.Equal(read is null ? null : decimal.Parse(read, System.Globalization.CultureInfo.InvariantCulture), bar.Open);
        Assert.Equal((2m, 1m, 1m), (bar.High, bar.Low, bar.Close));
    }

    [Theory]
    [InlineData("", null, false)]
    [InlineData(",\"volume\":null", null, false)]
    [InlineData(",\"volume\":17", 17, true)]
    [InlineData(",\"volume\":\"17\"", null, true)]
    public void A_volume_may_be_absent_but_is_no_text(string volume, int? read, bool isGiven)
    {
        var bar = Parse($$"""{"date":"2026-10-30T14:30:00.000Z","open":1,"high":2,"low":1,"close":1{{volume}}}""").Bar!;
        Assert.Equal((read, isGiven), ((int?)bar.Volume, bar.HasVolume));
    }

    [Theory]
    [InlineData("2026-10-30T00:00:00.000Z", "AAPL@2026-10-30T00:00:00Z")]
    [InlineData("2026-10-30T00:00:00+00:00", "AAPL@2026-10-30T00:00:00Z")]
    [InlineData("2026-10-30T14:35:00.25Z", "AAPL@2026-10-30T14:35:00.25Z")]
    [InlineData("2026-10-30T14:35:00", "AAPL@2026-10-30T14:35:00Z")]
    [InlineData("2026-10-30T10:35:00-04:00", "AAPL@2026-10-30T14:35:00Z")]
    [InlineData("2026-10-30", "AAPL@2026-10-30T00:00:00Z")]
    [InlineData("10/30", null)]
    [InlineData("yesterday", null)]
    public void A_bar_is_known_by_its_symbol_and_its_time_however_that_is_spelt(string date, string? id) =>
        Assert.Equal(id, Parse($$"""{"date":"{{date}}","open":1,"high":2,"low":1,"close":1}""").SourceId);

    private SourceRecord Parse(string bar) => _vendor.Source("tiingo/eod").Parse(ScriptedVendor.Request(CursorDate.Published), Bodies.Of($"[{bar}]")).Records.Single();
}
