using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Http;

public class SourceOptionsTests
{
    [Fact]
    public void Without_configuration_the_vendor_is_called_where_it_is() => Assert.Equal(
        new() { BaseUrl = new Uri("https://api.example.com/v1/"), AttemptSeconds = 30, Attempts = 4, MaxBodyBytes = 32 * 1024 * 1024 },
        Read());

    [Theory]
    [InlineData("http://localhost:8080", "http://localhost:8080/")]
    [InlineData("http://localhost:8080/", "http://localhost:8080/")]
    [InlineData("https://example.com/api/v1", "https://example.com/api/v1/")]
    public void A_base_address_may_end_in_a_slash_or_not(string given, string expected) =>
        Assert.Equal(expected, Read(("BaseUrl", given)).BaseUrl.ToString());

    [Theory]
    [InlineData("AttemptSeconds", "1", "300")]
    [InlineData("Attempts", "1", "10")]
    [InlineData("MaxBodyBytes", "1024", "268435456")]
    public void The_bounds_themselves_are_allowed(string key, string least, string most)
    {
        Assert.NotEqual(Read(), Read((key, least)));
        Assert.NotEqual(Read((key, least)), Read((key, most)));
    }

    [Theory]
    [InlineData("AttemptSeconds", "0")]
    [InlineData("AttemptSeconds", "301")]
    [InlineData("AttemptSeconds", "-1")]
    [InlineData("AttemptSeconds", "")]
    [InlineData("AttemptSeconds", "30s")]
    [InlineData("AttemptSeconds", "1.5")]
    [InlineData("Attempts", "0")]
    [InlineData("Attempts", "11")]
    [InlineData("Attempts", "many")]
    [InlineData("Concurrency", "1001")]
    [InlineData("BreakAfter", "-1")]
    [InlineData("MaxBodyBytes", "1023")]
    [InlineData("MaxBodyBytes", "268435457")]
    [InlineData("MaxBodyBytes", "99999999999")]
    public void A_bad_number_is_named_with_its_key_and_its_bounds(string key, string value)
    {
        var exception = Assert.Throws<ArgumentException>(() => Read((key, value)));
        Assert.StartsWith($"Sources:Vendor:{key}: '{value}' is no number from ", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.com")]
    [InlineData("/tiingo")]
    [InlineData("ftp://example.com")]
    [InlineData("file:///etc/passwd")]
    public void A_bad_base_address_is_named_with_its_key(string value)
    {
        var exception = Assert.Throws<ArgumentException>(() => Read(("BaseUrl", value)));
        Assert.Equal($"Sources:Vendor:BaseUrl: '{value}' is no absolute http or https address", exception.Message);
    }

    [Fact]
    public void A_bad_value_is_found_when_the_sources_are_registered() => Assert.Throws<ArgumentException>(() =>
        new ServiceCollection().AddSources(Configuration(("Sources:Finnhub:Attempts", "0"))));

    [Fact]
    public void Every_vendor_is_registered()
    {
        using var services = new ServiceCollection().AddSources(Configuration()).BuildServiceProvider();
        Assert.Equal(["tiingo/news", "tiingo/eod", "tiingo/intraday", "finnhub/company-news", "finnhub/market-news", "alphavantage/news-sentiment"], services.GetServices<ITableSource>().Select(s => s.Description.Table));
    }

    private static SourceOptions Read(params (string Key, string Value)[] settings) =>
        SourceOptions.Read(Configuration([.. settings.Select(s => ($"Sources:Vendor:{s.Key}", s.Value))]), "Vendor", "https://api.example.com/v1");

    private static IConfigurationRoot Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build();
}
