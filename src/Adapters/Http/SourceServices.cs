using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sentiment.Adapters.AlphaVantage;
using Sentiment.Adapters.Caching;
using Sentiment.Adapters.Finnhub;
using Sentiment.Adapters.Rest;
using Sentiment.Adapters.Tiingo;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Http;

/// <summary>Registers the tables that can be read over HTTP.</summary>
public static class SourceServices
{
    /// <summary>Registers every source as <see cref="ITableSource"/>; the first call needs a table store, where the calls are counted.</summary>
    /// <exception cref="ArgumentException">A configured value is not as expected; the message names its key.</exception>
    public static IServiceCollection AddSources(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<CallBudgets>();
        AddVendor(
            services, "tiingo", SourceOptions.Read(configuration, "Tiingo", "https://api.tiingo.com", FreePlans.Tiingo),
            http => new TiingoNewsSource(http), http => new TiingoEodSource(http), http => new TiingoIntradaySource(http));
        AddVendor(
            services, "finnhub", SourceOptions.Read(configuration, "Finnhub", "https://finnhub.io/api/v1", FreePlans.Finnhub),
            http => new FinnhubCompanyNewsSource(http), http => new FinnhubMarketNewsSource(http));
        AddVendor(
            services, "alphavantage", SourceOptions.Read(configuration, "AlphaVantage", "https://www.alphavantage.co", FreePlans.AlphaVantage), http => new AlphaVantageNewsSource(http));
        foreach (var api in RestFiles.Read(configuration))
        {
            AddVendor(services, api.Vendor, SourceOptions.Read(configuration, api.Vendor, api.BaseUrl),
                [.. api.Tables.Select(table => (Func<VendorHttp, ITableSource>)(http => new RestTableSource(http, table)))]);
        }

        return services;
    }

    private static void AddVendor(IServiceCollection services, string vendor, SourceOptions options, params Func<VendorHttp, ITableSource>[] sources)
    {
        // No loggers: they would write addresses and, at trace level, headers with credentials.
        services.AddHttpClient(vendor, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                AutomaticDecompression = DecompressionMethods.All,
                ConnectTimeout = TimeSpan.FromSeconds(10),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            })
            .RemoveAllLoggers();
        var terms = new VendorTerms(vendor, options.Limits, TimeSpan.FromSeconds(options.AttemptSeconds), options.Concurrency, options.BreakAfter);
        services.AddSingleton(terms);
        services.AddKeyedSingleton(vendor, (provider, _) => new VendorHttp(
            terms, options, provider.GetRequiredService<IHttpClientFactory>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<CallBudgets>, provider.GetService<ResponseCache>()));
        foreach (var source in sources)
        {
            services.AddSingleton(provider => source(provider.GetRequiredKeyedService<VendorHttp>(vendor)));
        }
    }
}
