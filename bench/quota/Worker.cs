using Sentiment.Adapters.Http;
using Sentiment.Adapters.Sqlite;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;

namespace Sentiment.QuotaBench;

/// <summary>A process that calls for its tenants without end, as fast as it is permitted.</summary>
internal static class Worker
{
    public static async Task<int> RunAsync(string data, Uri vendors, int tenants, int credentials, string perMinute)
    {
        var configuration = new ConfigurationManager
        {
            ["Sources:Finnhub:BaseUrl"] = new Uri(vendors, "api/v1").ToString(),
            ["Sources:Finnhub:Limits:PerSecond"] = "30",
            ["Sources:Finnhub:Limits:PerMinute"] = perMinute,
        };
        var services = new ServiceCollection().AddLogging().AddSources(configuration).AddSqliteTables(options => options.Path = Path.Combine(data, "tables.db"));
        await using var provider = services.BuildServiceProvider();
        var source = provider.GetServices<ITableSource>().Single(s => s.Description.Table == "finnhub/company-news");
        await Task.WhenAll(Enumerable.Range(0, tenants).Select(tenant => CallAsync(source, tenant, credentials)));
        return 0;
    }

    private static async Task CallAsync(ITableSource source, int tenant, int credentials)
    {
        var now = TimeProvider.System.GetUtcNow();
        var request = new PageRequest(["AAPL"], now.AddDays(-1), now, CursorDate.Published, null, $"key-{tenant % credentials}")
        {
            Tenant = $"tenant-{tenant}",
            Priority = CallPriority.Scheduled,
        };
        while (true)
        {
            try
            {
                await source.FetchAsync(request, default);
            }
            catch (SourceWaitException wait)
            {
                var rest = wait.Until - TimeProvider.System.GetUtcNow();
                await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, TimeProvider.System);
            }
        }
    }
}
