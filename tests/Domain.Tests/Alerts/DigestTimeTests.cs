using System.Globalization;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;

namespace Sentiment.Domain.Tests.Alerts;

public sealed class DigestTimeTests
{
    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    [Theory]
    [InlineData("22:00", "07:00", "UTC", "2030-01-10T21:59:59Z", null)]
    [InlineData("22:00", "07:00", "UTC", "2030-01-10T22:00:00Z", "2030-01-11T07:00:00Z")]
    [InlineData("22:00", "07:00", "UTC", "2030-01-11T06:59:59Z", "2030-01-11T07:00:00Z")]
    [InlineData("22:00", "07:00", "UTC", "2030-01-11T07:00:00Z", null)]
    [InlineData("12:00", "13:00", "UTC", "2030-01-11T12:30:00Z", "2030-01-11T13:00:00Z")]
    [InlineData("22:00", "07:00", "Europe/Berlin", "2030-01-10T21:30:00Z", "2030-01-11T06:00:00Z")]
    [InlineData("22:00", "07:00", "Europe/Berlin", "2030-07-10T20:30:00Z", "2030-07-11T05:00:00Z")]
    [InlineData("01:00", "02:30", "Europe/Berlin", "2030-03-31T00:30:00Z", "2030-03-31T01:00:00Z")]
    [InlineData("12:00", "12:00", "UTC", "2030-01-11T12:00:00Z", null)]
    [InlineData("22:00", "07:00", "Nowhere/City", "2030-01-10T23:00:00Z", "2030-01-11T07:00:00Z")]
    public void Quiet_hours_end_by_their_own_clock(string from, string to, string zone, string at, string? end) =>
        Assert.Equal(end is null ? null : At(end), DigestTime.QuietEnd(new(from, to, zone), At(at)));

    [Theory]
    [InlineData(60, null, "2030-01-10T12:00:00Z", "2030-01-10T13:00:00Z")]
    [InlineData(60, null, "2030-01-10T12:59:59Z", "2030-01-10T13:00:00Z")]
    [InlineData(1440, null, "2030-01-10T12:00:00Z", "2030-01-11T00:00:00Z")]
    [InlineData(60, "22:00", "2030-01-10T22:15:00Z", "2030-01-11T07:00:00Z")]
    [InlineData(60, "22:00", "2030-01-10T20:15:00Z", "2030-01-10T21:00:00Z")]
    [InlineData(90, "22:00", "2030-01-10T23:15:00Z", "2030-01-11T07:30:00Z")]
    public void A_digest_ends_on_the_clock_and_in_no_quiet_hour(int minutes, string? quiet, string at, string end) =>
        Assert.Equal(At(end), DigestTime.EndAfter(DeliveryHost.Rule(quiet is null ? null : new QuietHours(quiet, "07:00")), minutes, At(at)));
}
