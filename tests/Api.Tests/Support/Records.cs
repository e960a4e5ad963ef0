using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Api.Tests.Support;

/// <summary>What two tenants have: news, invalid records and prices, stored by the ingestion itself.</summary>
internal static class Records
{
    public const string Run = "20300110T120000000Z-0a1b2c3d";
    private const int PerSymbol = 12;

    public static readonly DateTimeOffset Now = new(2030, 1, 10, 12, 0, 0, TimeSpan.Zero);

    public static IReadOnlyList<SourceDescription> Sources { get; } = [ScriptedVendor.Describe(), ScriptedVendor.DescribePrices()];

    public static TenantRoster Roster { get; } = new([Of("acme", "Acme Capital", "AAPL", "MSFT"), Of("bolt", $"{ApiHost.Marker} Capital", ApiHost.Marker)], "file-1");

    public static Func<PageRequest, IReadOnlyList<IReadOnlyList<Told>>> Pages(SourceDescription source) =>
        request => [[.. request.Symbols.SelectMany(symbol => Enumerable.Range(0, PerSymbol).SelectMany(i => Of(source, symbol, i)))]];

    public static async Task StoreAsync(IServiceProvider services)
    {
        var runs = services.GetRequiredService<RunStore>();
        await runs.TryCreateAsync(
            new(Run, new([], [], null, null, "file-1"), Now, null, WorkStatus.Running, 2, new IngestionOptions(), OverlapPolicy.Skip), "hash", [.. Roster.Tenants], default);
        foreach (var tenant in Roster.Tenants)
        {
            foreach (var source in Sources)
            {
                await CommitAsync(services, tenant, source.Table, 1);
            }
        }
    }

    /// <summary>Works off one more chunk of a tenant's table, as a run would.</summary>
    public static async Task CommitAsync(IServiceProvider services, Tenant tenant, string table, int number)
    {
        var chunk = new ChunkRow
        {
            Run = Run,
            Tenant = tenant.Id,
            Table = table,
            Number = number,
            Symbols = tenant.Symbols,
            From = Now.AddDays(-7),
            To = Now,
            Window = CursorDate.Published,
        };
        await services.GetRequiredService<ChunkStore>().PlanAsync([chunk], default);
        await ActivatorUtilities.CreateInstance<ProcessChunk>(services).RunAsync(new("test", nameof(ProcessChunk), 1), new(chunk.Id, 60), default);
        var done = (await services.GetRequiredService<ChunkStore>().GetAsync(chunk.Id, default))!.Row;
        await services.GetRequiredService<TableStateStore>().CoverAsync(tenant.Id, table, [done], isExplicit: false, default);
    }

    private static Tenant Of(string id, string name, params string[] symbols) =>
        new(id, name, symbols, [.. Sources.Select(s => s.Table)], new Dictionary<string, string> { ["wire"] = $"env:{id}-wire" });

    private static IEnumerable<Told> Of(SourceDescription source, string symbol, int i)
    {
        var at = Now.AddHours(-i - 1);
        return source.Kind == StreamKind.Prices
            ? [Told.Price(symbol, at, 100 + i)]
            : [new($"{symbol}-{i}", $"{symbol} moves by {i}", at, [symbol]) { Tags = [i % 2 == 0 ? "Earnings" : "Tech"] }, new($"{symbol}-bad-{i}", null, at, [symbol])];
    }
}
