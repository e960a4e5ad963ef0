using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sentiment.Adapters.Caching;

namespace Sentiment.Adapters.Tests.Caching;

public class CachingOptionsTests
{
    [Theory]
    [InlineData("MemoryMegabytes", "0", "Caching:MemoryMegabytes: ")]
    [InlineData("ClosedHours", "25", "Caching:ClosedHours: ")]
    [InlineData("StaleHours", "-1", "Caching:StaleHours: ")]
    [InlineData("Market:TimeZone", "Mars/Olympus", "Caching:Market:TimeZone: 'Mars/Olympus' is no time zone that this machine knows")]
    [InlineData("Market:Open", "half past nine", "Caching:Market:Open: 'half past nine' is no time of day")]
    [InlineData("Market:Close", "09:30", "Caching:Market:Close: '09:30' is no time of day as HH:mm after Open (09:30)")]
    [InlineData("Market:MarginMinutes", "241", "Caching:Market:MarginMinutes: ")]
    [InlineData("Market:Holidays", "2026-12-25,christmas", "Caching:Market:Holidays: 'christmas' is no day as yyyy-MM-dd")]
    [InlineData("Redis:Connection", "redis.example:6380,password=s3cret", "Caching:Redis:Connection: env:NAME or keyvault:NAME expected")]
    public void A_bad_value_is_named_with_its_key_at_the_start(string key, string value, string problem)
    {
        using var services = Services((key, value));
        var failure = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_neither_on_nor_off_is_refused() =>
        Assert.StartsWith("Caching:Enabled: 'maybe'", Assert.Throws<ArgumentException>(() => Services(("Enabled", "maybe"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Nothing_is_registered_where_it_is_switched_off()
    {
        using var services = Services(("Enabled", "False"));
        Assert.Null(services.GetService<ResponseCache>());
    }

    [Fact]
    public void The_defaults_are_valid()
    {
        using var services = Services();
        services.GetRequiredService<IStartupValidator>().Validate();
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection().AddResponseCache(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create("Caching:" + s.Key, (string?)s.Value))).Build()).BuildServiceProvider();
}
