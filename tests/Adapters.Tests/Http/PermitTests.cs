using Microsoft.Extensions.Configuration;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Http;

public sealed class PermitTests : IAsyncDisposable
{
    private readonly ScriptedVendor _vendor = ScriptedVendor.Start(("Sources:Tiingo:Limits:PerHour", "3"), ("Sources:Tiingo:BreakAfter", "4"));

    // The ledger's loop sleeps between its looks at the clock, which would jump with each.
    public PermitTests() => _vendor.Time.Haste = TimeSpan.FromTicks(-1);

    public ValueTask DisposeAsync() => _vendor.DisposeAsync();

    [Fact]
    public async Task Calls_beyond_the_limit_are_not_made_and_say_when_to_come_back()
    {
        _vendor.Always(ScriptedVendor.Body("[]"));
        for (var call = 0; call < 3; call++)
        {
            await _vendor.FetchAsync();
        }

        var wait = await _vendor.FailureAsync<SourceWaitException>();
        Assert.InRange(wait.Until - ScriptedVendor.Now, TimeSpan.FromMinutes(60), TimeSpan.FromMinutes(62));
        Assert.Equal(3, _vendor.Seen.Count);
        await _vendor.FetchAsync("another credential");
    }

    [Fact]
    public async Task Every_attempt_takes_a_permit()
    {
        // First retries come within a second: the clock jumps over them alone, so that no lease runs out in between.
        await using var vendor = ScriptedVendor.Start(("Sources:Tiingo:Limits:PerHour", "3"), ("Sources:Tiingo:Attempts", "2"));
        vendor.Time.Haste = TimeSpan.FromMilliseconds(900);
        vendor.Always(ScriptedVendor.Status(500));
        await vendor.FailureAsync<SourceException>();
        Assert.Equal(2, vendor.Seen.Count);
        await vendor.FailureAsync<SourceWaitException>();
        Assert.Equal(3, vendor.Seen.Count);
    }

    [Fact]
    public async Task A_pause_that_one_caller_was_asked_for_holds_the_others_of_the_credential()
    {
        _vendor.Then(ScriptedVendor.Status(429, retryAfter: "60")).Always(ScriptedVendor.Body("[]"));
        var first = await _vendor.FailureAsync<SourceWaitException>();
        var second = await _vendor.FailureAsync<SourceWaitException>();
        Assert.Equal(first.Until, second.Until);
        Assert.Single(_vendor.Seen);
        await _vendor.FetchAsync("another credential");
        Assert.Equal(2, _vendor.Seen.Count);
    }

    [Fact]
    public async Task A_vendor_that_keeps_failing_is_left_alone_and_the_one_who_tries_again_fails()
    {
        await using var vendor = ScriptedVendor.Start(("Sources:Tiingo:BreakAfter", "4"));
        vendor.Always(ScriptedVendor.Status(500));
        await vendor.FailureAsync<SourceException>();
        Assert.Equal(4, vendor.Seen.Count);
        var wait = await vendor.FailureAsync<SourceWaitException>();
        Assert.Equal(4, vendor.Seen.Count);
        vendor.Time.Advance(wait.Until - vendor.Time.GetUtcNow());
        Assert.Equal("tiingo answered 500", (await vendor.FailureAsync<SourceException>()).Message);
        Assert.Equal(5, vendor.Seen.Count);

        vendor.Always(ScriptedVendor.Body("[]"));
        wait = await vendor.FailureAsync<SourceWaitException>();
        vendor.Time.Advance(wait.Until - vendor.Time.GetUtcNow());
        await vendor.FetchAsync();
    }

    [Fact]
    public async Task The_ledger_holds_no_credential()
    {
        _vendor.Always(ScriptedVendor.Body("[]"));
        await _vendor.FetchAsync();
        var report = Assert.Single(await CredentialReport.ListAsync(_vendor.Tables, _vendor.Time.GetUtcNow(), 10, null, default)).Report;
        Assert.Equal(("tiingo", VendorBudget.NameOf(ScriptedVendor.Secret)), (report.Vendor, report.Credential));
        Assert.DoesNotContain("t0ken", report.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Tiingo", 0, 0, 50)]
    [InlineData("Finnhub", 30, 60, 0)]
    public void Without_configuration_the_free_plan_is_kept_to(string vendor, int second, int minute, int hour)
    {
        var free = vendor == "Tiingo" ? FreePlans.Tiingo : FreePlans.Finnhub;
        var limits = SourceOptions.Read(new ConfigurationBuilder().Build(), vendor, "https://api.example.com", free).Limits;
        Assert.Equal(new() { PerSecond = second, PerMinute = minute, PerHour = hour }, limits);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("60/minute")]
    [InlineData("100000001")]
    public void A_bad_limit_is_named_with_its_key(string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Sources:Tiingo:Limits:PerMinute", value)]).Build();
        var exception = Assert.Throws<ArgumentException>(() => SourceOptions.Read(configuration, "Tiingo", "https://api.example.com"));
        Assert.Equal($"Sources:Tiingo:Limits:PerMinute: '{value}' is no number from 0 to 100000000", exception.Message);
    }

    [Fact]
    public void A_limit_of_zero_is_none() => Assert.Equal(
        CallLimits.Unlimited with { PerSecond = 30 },
        SourceOptions.Read(
            new ConfigurationBuilder().AddInMemoryCollection([new("Sources:Finnhub:Limits:PerMinute", "0")]).Build(), "Finnhub", "https://api.example.com", FreePlans.Finnhub).Limits);
}
