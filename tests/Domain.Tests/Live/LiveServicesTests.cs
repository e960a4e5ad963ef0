using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Live;

namespace Sentiment.Domain.Tests.Live;

public sealed class LiveServicesTests
{
    [Fact]
    public async Task A_page_is_told_to_live_groups_before_whatever_else_hears_of_it_fails()
    {
        await using var host = new LiveHost();
        var services = new ServiceCollection().AddSingleton(host.Ingestion.Get<Sentiment.Domain.Sources.SourceCatalog>()).AddSingleton<TimeProvider>(host.Ingestion.Time);
        services.AddSingleton<IPageAnnouncer, Failing>().AddLivePublisher();
        await using var provider = services.BuildServiceProvider();
        var (id, signals) = ((await host.PlanAsync("run", ["AAPL"]))[0], provider.GetRequiredService<LiveSignals>());
        var chunk = (await host.Ingestion.Get<ChunkStore>().GetAsync(id, default))!.Row with { Page = 1 };
        var announcers = new PageAnnouncers(provider.GetServices<IPageAnnouncer>(), host.Ingestion.Time);
        await Assert.ThrowsAsync<InvalidOperationException>(() => announcers.AnnounceAsync(chunk, null, default));
        Assert.True(signals.Ready.TryRead(out var group));
        Assert.Equal("acme", group.Tenant);
    }

    private sealed class Failing : IPageAnnouncer
    {
        public Task AnnounceAsync(ChunkRow chunk, int page, IReadOnlyList<CountedItem>? counted, CancellationToken cancellationToken) => throw new InvalidOperationException();
    }
}
