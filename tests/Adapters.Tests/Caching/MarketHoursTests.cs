using System.Globalization;
using Sentiment.Adapters.Caching;

namespace Sentiment.Adapters.Tests.Caching;

public class MarketHoursTests
{
    [Theory]
    [InlineData("2026-11-25T13:59:59Z", "2026-11-25T14:00:00Z")] // Half an hour before 09:30 in winter.
    [InlineData("2026-11-25T14:00:00Z", null)]
    [InlineData("2026-11-25T14:30:00Z", null)]
    [InlineData("2026-11-25T20:59:59Z", null)]
    [InlineData("2026-11-25T21:29:59Z", null)] // Half an hour after 16:00.
    [InlineData("2026-11-25T21:30:00Z", "2026-11-27T14:00:00Z")] // Thanksgiving lies between.
    [InlineData("2026-11-26T16:00:00Z", "2026-11-27T14:00:00Z")]
    [InlineData("2026-11-27T22:00:00Z", "2026-11-30T14:00:00Z")] // A weekend.
    [InlineData("2026-11-29T12:00:00Z", "2026-11-30T14:00:00Z")]
    [InlineData("2026-12-24T22:00:00Z", "2026-12-28T14:00:00Z")] // Christmas, a Friday, and the weekend.
    [InlineData("2026-07-01T12:59:59Z", "2026-07-01T13:00:00Z")] // Summer.
    [InlineData("2026-07-01T13:00:00Z", null)]
    [InlineData("2026-07-01T20:30:00Z", "2026-07-02T13:00:00Z")]
    [InlineData("2026-10-30T20:30:00Z", "2026-11-02T14:00:00Z")] // Summer ends on this weekend.
    [InlineData("2027-03-12T21:30:00Z", "2027-03-15T13:00:00Z")] // Summer begins on this one.
    public void The_market_is_closed_until_it_opens_next(string at, string? until) =>
        Assert.Equal(until is null ? null : Time(until), new MarketOptions().Hours().ClosedUntil(Time(at)));

    [Fact]
    public void Hours_zone_margin_and_holidays_are_as_configured()
    {
        var hours = new MarketOptions { TimeZone = "Asia/Tokyo", Open = "09:00", Close = "15:30", MarginMinutes = 0, Holidays = "2026-11-24, 2026-11-25" }.Hours();
        Assert.Null(hours.ClosedUntil(Time("2026-11-23T00:00:00Z")));
        Assert.Equal(Time("2026-11-26T00:00:00Z"), hours.ClosedUntil(Time("2026-11-23T06:30:00Z")));
    }

    [Fact]
    public void A_market_that_opens_in_an_hour_that_a_clock_skips_still_opens()
    {
        var hours = new MarketOptions { TimeZone = "Asia/Beirut", Open = "00:30", Close = "12:00", MarginMinutes = 0, Holidays = "" }.Hours();
        Assert.NotNull(hours.ClosedUntil(Time("2026-03-28T12:00:00Z")));
    }

    [Fact]
    public void A_market_that_never_opens_ends_no_search()
    {
        var always = string.Join(',', Enumerable.Range(0, 40).Select(day => new DateOnly(2026, 11, 1).AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        Assert.Equal(Time("2026-11-24T00:00:00Z"), new MarketOptions { Holidays = always }.Hours().ClosedUntil(Time("2026-11-10T00:00:00Z")));
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
