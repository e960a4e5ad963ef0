using System.Globalization;
using Sentiment.Adapters.Caching;

namespace Sentiment.Adapters.Tests.Caching;

public class ResponseLifeTests
{
    private const string EveryFiveMinutes = "0 */5 * * * *";

    [Theory]
    [InlineData("2026-11-25T15:00:01Z", "2026-11-25T15:02:31Z")] // Open: half an interval.
    [InlineData("2026-11-25T15:04:00Z", "2026-11-25T15:05:00Z")] // Open, in a long run: not into the next one.
    [InlineData("2026-11-25T21:29:00Z", "2026-11-25T21:30:00Z")] // Just before the end: short, however long it is closed then.
    [InlineData("2026-11-25T21:30:00Z", "2026-11-26T09:30:00Z")] // Closed: 12 hours.
    [InlineData("2026-11-26T09:30:00Z", "2026-11-26T21:30:00Z")]
    [InlineData("2026-11-27T05:00:00Z", "2026-11-27T14:00:00Z")] // Closed, but it opens before.
    [InlineData("2026-11-27T13:59:59Z", "2026-11-27T14:00:00Z")]
    public void What_follows_the_market_is_good_for_long_only_while_it_is_closed(string at, string until) =>
        Assert.Equal(Time(until), Life().Until(Time(at), followsMarket: true));

    [Theory]
    [InlineData("2026-11-26T03:00:01Z", "2026-11-26T03:02:31Z")]
    [InlineData("2026-11-25T15:00:01Z", "2026-11-25T15:02:31Z")]
    public void What_does_not_follow_it_is_good_for_half_an_interval_at_any_hour(string at, string until) =>
        Assert.Equal(Time(until), Life().Until(Time(at), followsMarket: false));

    [Theory]
    [InlineData(EveryFiveMinutes, 300)]
    [InlineData("0 * * * * *", 60)]
    [InlineData("0 0 9,17 * * MON-FRI", 28_800)]
    [InlineData("0 0,1 9 * * MON", 60)]
    [InlineData("0 0 0 30 2 *", 300)] // Never.
    public void The_interval_of_a_schedule_is_its_shortest(string cron, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), new SchedulePace(cron).Interval);

    [Fact]
    public void A_schedule_that_cannot_be_read_is_named_with_its_key() =>
        Assert.StartsWith("Schedule:Cron: 'often' is not six NCRONTAB fields", Assert.Throws<ArgumentException>(() => new SchedulePace("often")).Message, StringComparison.Ordinal);

    private static ResponseLife Life() => new(new MarketOptions().Hours(), new(EveryFiveMinutes), TimeSpan.FromHours(12));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
