using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Http;

public sealed class RetryTests : IAsyncDisposable
{
    private const int Attempts = 4;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(8);

    private readonly ScriptedVendor _vendor = ScriptedVendor.Start();

    public ValueTask DisposeAsync() => _vendor.DisposeAsync();

    [Theory]
    [InlineData(408)]
    [InlineData(425)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(599)]
    public async Task A_transient_status_is_retried_until_it_is_good(int status)
    {
        _vendor.Then(ScriptedVendor.Status(status), ScriptedVendor.Status(status)).Always(ScriptedVendor.Body("[1]"));
        Assert.Equal("[1]"u8.ToArray(), (await _vendor.FetchAsync()).Bytes.ToArray());
        Assert.Equal(3, _vendor.Seen.Count);
        Assert.Equal(2, _vendor.Time.Waits.Count);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_transient_status_that_stays_fails_after_the_last_attempt(int status)
    {
        _vendor.Always(ScriptedVendor.Status(status));
        var exception = await _vendor.FailureAsync<SourceException>();
        Assert.True(exception.IsTransient);
        Assert.Equal($"tiingo answered {status}", exception.Message);
        Assert.Equal(Attempts, _vendor.Seen.Count);
    }

    [Fact]
    public async Task A_connection_that_is_reset_is_retried()
    {
        _vendor.Always(ScriptedVendor.Reset);
        var exception = await _vendor.FailureAsync<SourceException>();
        Assert.True(exception.IsTransient);
        Assert.Equal(Attempts, _vendor.Seen.Count);

        _vendor.Always(ScriptedVendor.Body("[]"));
        await _vendor.FetchAsync();
    }

    [Fact]
    public async Task A_connection_that_breaks_within_the_body_is_retried()
    {
        _vendor.Then(ScriptedVendor.Cut("[1,", 100), ScriptedVendor.Cut("[1]", 100)).Always(ScriptedVendor.Body("[2]"));
        Assert.Equal("[2]"u8.ToArray(), (await _vendor.FetchAsync()).Bytes.ToArray());
        Assert.Equal(3, _vendor.Seen.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("[{\"id\":1},{\"id\"")]
    [InlineData("[1] [2]")]
    [InlineData("<html>Down for maintenance</html>")]
    [InlineData("{\"detail\":")]
    public async Task A_body_that_ends_early_or_is_not_JSON_is_retried(string body)
    {
        _vendor.Always(ScriptedVendor.Body(body));
        Assert.True((await _vendor.FailureAsync<SourceException>()).IsTransient);
        Assert.Equal(Attempts, _vendor.Seen.Count);
    }

    [Fact]
    public async Task A_limit_reported_with_status_200_is_retried()
    {
        _vendor.Then(ScriptedVendor.Body("""{"error":"API limit reached. Please try again later. Remaining Limit: 0"}""")).Always(ScriptedVendor.Body("[]"));
        await _vendor.FetchAsync();
        Assert.Equal(2, _vendor.Seen.Count);
    }

    [Theory]
    [InlineData(201)]
    [InlineData(204)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(422)]
    public async Task Another_status_fails_at_once(int status)
    {
        _vendor.Always(ScriptedVendor.Status(status, body: ""));
        var exception = await _vendor.FailureAsync<SourceException>();
        Assert.False(exception.IsTransient);
        Assert.Contains($"{status}", exception.Message, StringComparison.Ordinal);
        Assert.Single(_vendor.Seen);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"detail\":\"no such ticker\"}")]
    [InlineData("null")]
    [InlineData("17")]
    [InlineData("\"no such ticker\"")]
    public async Task JSON_of_another_shape_fails_at_once_and_is_quoted(string body)
    {
        _vendor.Always(ScriptedVendor.Body(body));
        var exception = await _vendor.FailureAsync<SourceException>();
        Assert.False(exception.IsTransient);
        Assert.Equal($"tiingo sent no list but: {body}", exception.Message);
        Assert.Single(_vendor.Seen);
    }

    [Fact]
    public async Task A_long_body_of_another_shape_is_quoted_in_one_short_line()
    {
        _vendor.Always(ScriptedVendor.Body($"{{\n\"detail\":\"{new string('x', 5000)}\"}}"));
        var exception = await _vendor.FailureAsync<SourceException>();
        Assert.InRange(exception.Message.Length, 200, 250);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Fact]
    public async Task Waits_between_attempts_are_jittered_grow_and_have_a_bound()
    {
        await using var patient = ScriptedVendor.Start(("Sources:Tiingo:Attempts", "10"), ("Sources:Tiingo:BreakAfter", "0"));
        patient.Always(ScriptedVendor.Status(500));
        await patient.FailureAsync<SourceException>();
        var first = patient.Time.Waits.ToArray();
        patient.Time.Waits.Clear();
        await patient.FailureAsync<SourceException>();
        var second = patient.Time.Waits.ToArray();

        Assert.Equal(20, patient.Seen.Count);
        Assert.Equal((9, 9), (first.Length, second.Length));
        Assert.All([.. first, .. second], wait => Assert.InRange(wait, TimeSpan.Zero, LongestDelay));
        Assert.NotEqual(first, second);
        Assert.True(first[^1] > first[0] && second[^1] > second[0]);
    }

    [Fact]
    public async Task One_attempt_is_one_call()
    {
        await using var hasty = ScriptedVendor.Start(("Sources:Tiingo:Attempts", "1"));
        hasty.Always(ScriptedVendor.Status(500));
        await hasty.FailureAsync<SourceException>();
        Assert.Single(hasty.Seen);
        Assert.Empty(hasty.Time.Waits);
    }

    [Fact]
    public async Task A_vendor_that_cannot_be_reached_is_named_and_tried_again()
    {
        await using var caller = ScriptedVendor.Start(("Sources:Finnhub:Attempts", "2"));
        await caller.StopServingAsync();
        var exception = await Assert.ThrowsAsync<SourceException>(() => caller.Finnhub.FetchAsync(ScriptedVendor.Request(), default));
        Assert.True(exception.IsTransient);
        Assert.StartsWith($"finnhub cannot be reached at {caller.Address.GetLeftPart(UriPartial.Authority)}: ", exception.Message, StringComparison.Ordinal);
        Assert.Single(caller.Time.Waits);
    }
}
