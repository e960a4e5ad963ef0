using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Http;

public sealed class VendorWaitTests : IAsyncDisposable
{
    private readonly ScriptedVendor _vendor = ScriptedVendor.Start(("Sources:Tiingo:Attempts", "1"));

    public ValueTask DisposeAsync() => _vendor.DisposeAsync();

    [Theory]
    [InlineData(429, 1)]
    [InlineData(429, 5)]
    [InlineData(503, 2)]
    public async Task A_short_wait_in_seconds_is_waited_inside_and_burns_no_attempt(int status, int seconds)
    {
        var wait = ScriptedVendor.Status(status, retryAfter: $"{seconds}");
        _vendor.Then(wait, wait, wait).Always(ScriptedVendor.Body("[]"));
        var body = await _vendor.FetchAsync();
        Assert.Equal(Enumerable.Repeat(TimeSpan.FromSeconds(seconds), 3), _vendor.Time.Waits);
        Assert.Equal(ScriptedVendor.Now.AddSeconds(3 * seconds), body.FetchedAt);
    }

    [Fact]
    public async Task A_short_wait_given_as_a_date_is_waited_inside_and_burns_no_attempt()
    {
        _vendor.Then(ScriptedVendor.Status(429, retryAfter: Date(ScriptedVendor.Now.AddSeconds(4)))).Always(ScriptedVendor.Body("[]"));
        await _vendor.FetchAsync();
        Assert.Equal([TimeSpan.FromSeconds(4)], _vendor.Time.Waits);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("Sun, 01 Nov 2026 11:00:00 GMT")]
    public async Task A_wait_that_is_over_is_no_busy_loop(string retryAfter)
    {
        _vendor.Then(ScriptedVendor.Status(429, retryAfter: retryAfter)).Always(ScriptedVendor.Body("[]"));
        await _vendor.FetchAsync();
        Assert.Equal([TimeSpan.FromMilliseconds(100)], _vendor.Time.Waits);
    }

    [Theory]
    [InlineData(429, "6", 6)]
    [InlineData(503, "3600", 3600)]
    [InlineData(429, "Sun, 01 Nov 2026 12:01:00 GMT", 60)]
    [InlineData(429, "31536000", 86_400)]
    public async Task A_long_wait_is_handed_to_the_caller_with_its_end_and_no_longer_than_a_day(int status, string retryAfter, int seconds)
    {
        _vendor.Always(ScriptedVendor.Status(status, retryAfter: retryAfter));
        var exception = await _vendor.FailureAsync<SourceWaitException>();
        Assert.Equal(ScriptedVendor.Now.AddSeconds(seconds), exception.Until);
        Assert.Equal($"tiingo asks to wait ({status})", exception.Message);
        Assert.Single(_vendor.Seen);
        Assert.Empty(_vendor.Time.Waits);
    }

    [Fact]
    public async Task A_vendor_that_asks_for_short_waits_without_end_is_handed_to_the_caller()
    {
        _vendor.Always(ScriptedVendor.Status(429, retryAfter: "1"));
        var exception = await _vendor.FailureAsync<SourceWaitException>();
        Assert.Equal(11, _vendor.Seen.Count);
        Assert.Equal(_vendor.Time.GetUtcNow().AddSeconds(1), exception.Until);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-5")]
    public async Task A_wait_that_cannot_be_read_is_a_failed_attempt(string retryAfter)
    {
        _vendor.Always(ScriptedVendor.Status(429, retryAfter: retryAfter));
        var exception = await _vendor.FailureAsync<SourceException>();
        Assert.True(exception.IsTransient);
    }

    [Fact]
    public async Task Attempts_on_either_side_of_a_wait_are_counted_apart()
    {
        await using var vendor = ScriptedVendor.Start(("Sources:Tiingo:Attempts", "2"));
        vendor.Then(ScriptedVendor.Status(500), ScriptedVendor.Status(429, retryAfter: "1"), ScriptedVendor.Status(500)).Always(ScriptedVendor.Body("[]"));
        await vendor.FetchAsync();
        Assert.Equal(4, vendor.Seen.Count);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("[1,")]
    public async Task An_attempt_that_takes_too_long_is_given_up_and_retried(string? begun)
    {
        await using var vendor = ScriptedVendor.Start(("Sources:Tiingo:AttemptSeconds", "40"), ("Sources:Tiingo:Attempts", "2"));
        vendor.Then(ScriptedVendor.Hang(begun)).Always(ScriptedVendor.Body("[]"));
        var fetch = vendor.FetchAsync();
        await vendor.ArrivalAsync();
        vendor.Time.Advance(TimeSpan.FromSeconds(40));
        await fetch;
        Assert.Equal(2, vendor.Seen.Count);
        Assert.Equal(2, vendor.Time.TimeOuts.Count(t => t == TimeSpan.FromSeconds(40)));
    }

    [Fact]
    public async Task An_attempt_that_takes_too_long_for_the_last_time_says_so()
    {
        _vendor.Always(ScriptedVendor.Hang());
        var failure = _vendor.FailureAsync<SourceException>();
        await _vendor.ArrivalAsync();
        _vendor.Time.Advance(TimeSpan.FromSeconds(30));
        var exception = await failure;
        Assert.True(exception.IsTransient);
        Assert.Equal($"tiingo did not answer within 30 s ({_vendor.Address.GetLeftPart(UriPartial.Authority)})", exception.Message);
    }

    [Fact]
    public async Task A_caller_who_gives_up_gets_no_failure_of_the_vendor()
    {
        using var stop = new CancellationTokenSource();
        _vendor.Always(ScriptedVendor.Hang("["));
        var fetch = _vendor.Tiingo.FetchAsync(ScriptedVendor.Request(), stop.Token);
        await _vendor.ArrivalAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        Assert.Single(_vendor.Seen);
    }

    [Fact]
    public async Task A_caller_who_gives_up_between_attempts_is_let_go()
    {
        using var stop = new CancellationTokenSource();
        await using var vendor = ScriptedVendor.Start();
        vendor.Always(context =>
        {
            stop.Cancel();
            return ScriptedVendor.Status(StatusCodes.Status500InternalServerError)(context);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => vendor.Tiingo.FetchAsync(ScriptedVendor.Request(), stop.Token));
        Assert.Single(vendor.Seen);
    }

    private static string Date(DateTimeOffset time) => time.ToString("R", CultureInfo.InvariantCulture);
}
