using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Ingestion.Replays;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Items;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion;

public class ModelTests
{
    private static IngestionHost Host(Models models) => new() { Also = services => services.AddSingleton<ISentimentModels>(models) };

    private static Told News(string id, int minute = 0) => new(id, $"Headline {id}", IngestionHost.Start.AddDays(-1).AddMinutes(minute), ["AAPL"]);

    private static async Task<IReadOnlyList<string>> ModelsOfAsync(IngestionHost host, string tenant) =>
        [.. (await ItemList.ReadAsync(host.Tables, new(tenant), 100, null, default)).Items.Select(i => $"{i.SourceId} {i.Model}").Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Each_tenants_texts_are_scored_by_the_model_that_it_chose_from_its_next_run_on()
    {
        var models = new Models { ["fine"] = new() { Model = "fine@00000002", Shift = 5 } };
        await using var host = Host(models);
        host.Vendor.Pages = _ => [[News("a")]];
        await host.StartEngineAsync();
        var (acme, globex) = (host.Tenant("acme", "AAPL"), host.Tenant("globex", "AAPL") with { Model = "fine" });
        await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(acme, globex)));
        Assert.Equal(["a letters@00000001"], await ModelsOfAsync(host, "acme"));
        Assert.Equal(["a fine@00000002"], await ModelsOfAsync(host, "globex"));
        var item = (await ItemList.ReadAsync(host.Tables, new("globex"), 1, null, default)).Items.Single();
        Assert.Equal(models["fine"].Score(item.Title), item.Probabilities);

        host.Vendor.Pages = _ => [[News("a"), News("b", 1)]];
        host.Time.Advance(TimeSpan.FromMinutes(10));
        await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(acme with { Model = "fine" }, globex)));
        Assert.Equal(["a letters@00000001", "b fine@00000002"], await ModelsOfAsync(host, "acme"));
    }

    [Fact]
    public async Task A_page_is_scored_by_the_model_that_it_was_pinned_to_as_long_as_the_host_has_it()
    {
        var models = new Models { ["fine"] = new() { Model = "fine@00000002", Shift = 5 } };
        await using var host = Host(models);
        host.Vendor.Pages = _ => [[News("a")]];
        foreach (var (run, expected) in ((string, string)[])[("r1", "fine@00000002"), ("r2", "finer@00000003")])
        {
            var chunk = (await host.PlanAsync(run, run, ["AAPL"])).Single();
            var row = (await host.Get<ChunkStore>().GetAsync(chunk, default))!;
            await host.Get<ChunkStore>().SaveAsync(row.Row with { Model = "fine", Epoch = 1 }, row.ETag, default);
            await host.Get<PageFetcher>().GetAsync(row.Row with { Model = "fine" }, 1, mayBePinned: false, default);

            // Meanwhile the name stands for a finer one; the first time what it stood for has another name, the second time it is gone.
            var fine = models["fine"];
            models["fine"] = new() { Model = "finer@00000003", Shift = 7 };
            if (run == "r1")
            {
                models["old"] = fine;
            }

            Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
            Assert.Equal([$"a {expected}"], await ModelsOfAsync(host, run));
            models.Remove("old");
            models["fine"] = fine;
        }
    }

    [Fact]
    public async Task What_comes_back_from_the_archive_is_scored_as_it_was_or_where_that_model_is_gone_as_the_tenant_wants_it_now()
    {
        // Both score alike, for the index keeps the labels that it was written with.
        var models = new Models { ["fine"] = new() { Model = "fine@00000002" } };
        await using var host = Host(models);
        host.Vendor.Pages = _ => [[News("a")]];
        await host.StartEngineAsync();
        await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL") with { Model = "fine" })));
        foreach (var expected in (string[])["fine@00000002", "letters@00000001"])
        {
            host.Time.Advance(TimeSpan.FromMinutes(1));
            await host.Tables.WriteAsync(ItemStore.Partition("acme", "wire/news"), [TableWrite.Delete("a")], default);
            await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL")), request: new([], [], null, null, ReplayKind.Raw)));
            Assert.Equal([$"a {expected}"], await ModelsOfAsync(host, "acme"));
            models.Clear();
        }

        // Nothing is missing any more, so that nobody asks which models there are.
        host.Time.Advance(TimeSpan.FromMinutes(1));
        var last = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL") with { Model = "gone" }), request: new([], [], null, null, ReplayKind.Raw)));
        Assert.Equal(WorkStatus.Completed, last.Run.Status);
    }

    [Fact]
    public async Task A_tenant_whose_model_is_not_here_fails_alone_and_says_which_there_are()
    {
        await using var host = Host(new Models { ["fine"] = new() });
        host.Vendor.Pages = _ => [[News("a")]];
        await host.StartEngineAsync();
        var report = await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(host.Tenant("acme", "AAPL"), host.Tenant("globex", "AAPL") with { Model = "gone" })));
        Assert.Equal([WorkStatus.Completed, WorkStatus.Failed], report.Tenants.Select(t => t.Status));
        var chunk = (await host.Get<ChunkStore>().ListAsync(report.Run.Id, "globex", "wire/news", default).ToListAsync()).Single();
        Assert.Equal((FailureKind.Permanent, "Tenant 'globex' wants the model 'gone', which is not here: one of default, fine expected."), (chunk.Failure, chunk.Reason));
        Assert.Single(host.Vendor.Calls);
    }

    private sealed class Models : Dictionary<string, LetterScorer>, ISentimentModels
    {
        private readonly LetterScorer _standard = new();

        public IReadOnlyList<string> Names => ["default", .. Keys.Order(StringComparer.Ordinal)];

        public ISentimentScorer? Find(string? name) => name is null ? _standard : this.GetValueOrDefault(name);

        public ISentimentScorer? FindPinned(string model) => Values.Append(_standard).FirstOrDefault(s => s.Model == model);
    }
}
