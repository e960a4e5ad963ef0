using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sentiment.Adapters.Caching;
using Sentiment.Domain.Caching;

namespace Sentiment.Adapters.Tests.Caching;

public class DocumentCacheServicesTests
{
    private static ServiceProvider Services(bool isOneProcess, params (string Key, string Value)[] settings) => new ServiceCollection().AddDocumentCache(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build(), isOneProcess).AddLogging().BuildServiceProvider();

    [Theory]
    [InlineData(true, "0", 30)]
    [InlineData(false, "0", 10)]
    [InlineData(true, "7", 7)]
    [InlineData(false, "300", 300)]
    public void A_document_lives_as_long_as_fits_the_host_or_as_it_is_told_to(bool isOneProcess, string configured, int seconds)
    {
        using var services = Services(isOneProcess, ("Reads:Seconds", configured));
        services.GetRequiredService<IStartupValidator>().Validate();
        Assert.Equal(TimeSpan.FromSeconds(seconds), services.GetRequiredService<DocumentCache>().Life);
    }

    [Theory]
    [InlineData("Reads:Seconds", "301")]
    [InlineData("Reads:MemoryMiB", "0")]
    public void A_bad_value_is_named_with_its_key_at_the_start(string key, string value)
    {
        using var services = Services(true, (key, value));
        Assert.Contains(key, Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_string_where_its_name_belongs_is_refused_and_not_repeated()
    {
        var failure = Assert.Throws<ArgumentException>(() => Services(false, ("Caching:Redis:Connection", "redis.example:6380,password=s3cret")));
        Assert.StartsWith("Caching:Redis:Connection: env:NAME or keyvault:NAME expected", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
    }
}
