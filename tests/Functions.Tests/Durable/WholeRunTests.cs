using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Workflows;
using Sentiment.Simulator;

namespace Sentiment.Functions.Tests.Durable;

public class WholeRunTests
{
    private static readonly DateTimeOffset Epoch = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly TenantRoster Roster = new(
        [
            new("acme", "Acme", ["AAPL", "MSFT", "BRK.B"], ["tiingo/news", "finnhub/company-news"], Credentials("ACME")),
            new("zeta", "Zeta", ["AAPL", "TSLA"], ["tiingo/news"], Credentials("ZETA")),
        ], "roster-1");

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public async Task A_run_over_the_same_feed_gives_the_same_on_both_engines(int window)
    {
        var bounds = new IngestionOptions { TenantWindow = window, TableWindow = window, ChunkWindow = window };
        await using var simulator = await VendorsAsync();
        await using var embedded = await PipelineUnderTest.StartAsync(simulator.BaseAddress, durable: false, bounds);
        await using var durable = await PipelineUnderTest.StartAsync(simulator.BaseAddress, durable: true, bounds);
        var first = await embedded.RunAsync(Roster, Epoch.AddDays(-5), Epoch);
        var second = await durable.RunAsync(Roster, Epoch.AddDays(-5), Epoch);

        Assert.Equal((WorkStatus.Completed, WorkStatus.Completed), (first.Run.Status, second.Run.Status));
        var items = await embedded.ItemsAsync();
        Assert.True(items.Count > 500, $"{items.Count} items");
        Assert.Equal(items, await durable.ItemsAsync());
        Assert.Equal(await embedded.MembershipsAsync(), await durable.MembershipsAsync());
        Assert.Equal(await embedded.BarsAsync(), await durable.BarsAsync());
        var quarantine = await embedded.QuarantineAsync();
        Assert.NotEmpty(quarantine);
        Assert.Equal(quarantine, await durable.QuarantineAsync());
        Assert.Equal((items.Count, first.Records.Read), (second.Records.Accepted, second.Records.Read));
        Assert.Equal((first.Records.Accepted, first.Records.Quarantined), (second.Records.Accepted, second.Records.Quarantined));
        if (window == 1) Assert.Equal(await embedded.ChunksAsync(first.Run.Id), await durable.ChunksAsync(second.Run.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelling_a_run_ends_its_workflows_of_every_level(bool durable)
    {
        await using var simulator = await VendorsAsync();
        var scorer = new HeldScorer();
        await using var pipeline = await PipelineUnderTest.StartAsync(
            simulator.BaseAddress, durable, new(), services => services.AddSingleton<ISentimentScorer>(scorer));
        var run = (await pipeline.Starter.StartAsync(new([], [], Epoch.AddDays(-5), Epoch), Roster, OverlapPolicy.Skip, default)).Run.Id;
        await scorer.Gate.EnteredAsync();
        await pipeline.Starter.CancelAsync(run, "enough", default);

        var all = await pipeline.Get<IWorkflowClient>().QueryAsync(new() { InstanceIdPrefix = run, Limit = 1000 }, default);
        Assert.Contains(all.Instances, i => i.InstanceId == WorkflowIds.Of(new TenantId(run, "acme")));
        Assert.Contains(all.Instances, i => i.Name == "TableWorkflow");
        Assert.All(all.Instances, i => Assert.Equal(WorkflowStatus.Terminated, i.Status));
        scorer.Gate.Open();
        var report = (await RunReport.ReadAsync(pipeline.Tables, run, default))!;
        Assert.Equal(WorkStatus.Failed, report.Run.Status);
        Assert.All(report.Tenants, t => Assert.Equal(WorkStatus.Failed, t.Status));
    }

    private static Task<SimulatorServer> VendorsAsync() => SimulatorServer.StartAsync(
        new() { Epoch = Epoch, FrozenNow = Epoch.AddDays(1), HistoryDays = 7, ItemsPerSymbol = 300, BadShare = 0.02, SharedShare = 0.2, Seed = 7 }, TimeProvider.System);

    private static Dictionary<string, string> Credentials(string tenant) => new() { ["tiingo"] = $"env:{tenant}_TIINGO", ["finnhub"] = $"env:{tenant}_FINNHUB" };

    private sealed class HeldScorer : ISentimentScorer
    {
        public Gate Gate { get; } = new();

        public string Model => "held@00000001";

        public async ValueTask<IReadOnlyList<Probabilities>> ScoreAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
        {
            await Gate.PassAsync(cancellationToken);
            return [.. texts.Select(_ => new Probabilities(0, 1_000_000, 0))];
        }
    }
}
