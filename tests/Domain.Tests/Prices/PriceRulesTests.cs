using System.Globalization;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Tests.Prices;

public class PriceRulesTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 10, 12, 0, 0, TimeSpan.Zero);

    private static decimal? Number(string? text) => text is null ? null : decimal.Parse(text, CultureInfo.InvariantCulture);

    private static SourceRecord Record(string? open, string? high, string? low, string? close, string? volume = "5", bool hasVolume = true, double? hours = -1) => new(
        "AAPL@x", null, null, hours is { } h ? Noon.AddHours(h) : null, null, ["AAPL"], default)
    {
        Bar = new(Number(open), Number(high), Number(low), Number(close), Number(volume), hasVolume, TimeSpan.FromMinutes(5)),
    };

    [Theory]
    [InlineData("10", "12", "9", "11", "5", null)]
    [InlineData("10", "10", "10", "10", "0", null)]
    [InlineData("0.0001", "0.0002", "0.0001", "0.0002", "0.5", null)]
    [InlineData(null, "12", "9", "11", "5", "open: a price above 0 expected, found none")]
    [InlineData("0", "12", "9", "11", "5", "open: a price above 0 expected, found 0")]
    [InlineData("10", null, "9", "11", "5", "high: a price above 0 expected, found none")]
    [InlineData("10", "-12", "9", "11", "5", "high: a price above 0 expected, found -12")]
    [InlineData("10", "12", "0.0", "11", "5", "low: a price above 0 expected, found 0.0")]
    [InlineData("10", "12", "9", null, "5", "close: a price above 0 expected, found none")]
    [InlineData("10", "10.99", "9", "11", "5", "high: at least 11 expected, found 10.99")]
    [InlineData("13", "12", "9", "11", "5", "high: at least 13 expected, found 12")]
    [InlineData("10", "11", "12", "11", "5", "high: at least 12 expected, found 11")]
    [InlineData("10", "12", "10.5", "11", "5", "low: at most 10 expected, found 10.5")]
    [InlineData("10", "12", "9", "8.5", "5", "low: at most 8.5 expected, found 9")]
    [InlineData("10", "12", "9", "11", "-1", "volume: a number of 0 or more expected, found -1")]
    [InlineData("10", "12", "9", "11", null, "volume: a number of 0 or more expected, found none")]
    public void A_bar_that_is_not_valid_has_a_reason_that_names_the_field(string? open, string? high, string? low, string? close, string? volume, string? reason) =>
        Assert.Equal(reason, RecordRules.Problem(Record(open, high, low, close, volume), Noon));

    [Fact]
    public void A_volume_that_is_not_given_is_not_missed() =>
        Assert.Null(RecordRules.Problem(Record("10", "12", "9", "11", null, hasVolume: false), Noon));

    [Theory]
    [InlineData(null, "date: missing or not readable")]
    [InlineData(24.0, null)]
    [InlineData(24.001, "date: 2030-01-11T12:00:03.6000000Z is more than 24 h ahead")]
    public void A_date_is_there_and_at_most_24_hours_ahead(double? hours, string? reason) =>
        Assert.Equal(reason, RecordRules.Problem(Record("10", "12", "9", "11", hours: hours), Noon));

    [Theory]
    [InlineData(-5.0, false)]
    [InlineData(-4.999, true)]
    [InlineData(0.0, true)]
    [InlineData(1440.0, true)]
    [InlineData(1441.0, false)]
    [InlineData(null, false)]
    public void A_bar_is_running_until_its_period_has_ended(double? minutes, bool isRunning) =>
        Assert.Equal(isRunning, PriceRules.IsRunning(Record("10", "12", "9", "11", hours: minutes / 60), Noon));

    [Theory]
    [InlineData("100", "110", false)]
    [InlineData("100", "110.01", true)]
    [InlineData("100", "90", false)]
    [InlineData("100", "89.99", true)]
    [InlineData("0.01", "79228162514264337593543950335", true)]
    [InlineData("79228162514264337593543950335", "0.01", true)]
    public void A_close_more_than_a_tenth_away_from_the_one_before_is_a_jump(string previous, string close, bool isJump) =>
        Assert.Equal(isJump, PriceRules.IsJump(Number(previous)!.Value, Number(close)!.Value));
}
