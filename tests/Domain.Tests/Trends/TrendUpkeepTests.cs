using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Trends;

public class TrendUpkeepTests
{
    [Fact]
    public async Task Once_an_hour_a_run_folds_what_those_before_it_left()
    {
        await using var host = new IngestionHost();
        var told = new List<Told> { new("a", "One", IngestionHost.Start.AddHours(-30), ["AAPL"]) };
        host.Vendor.Pages = _ => [[.. told]];
        await host.StartEngineAsync();
        var roster = IngestionHost.Roster(host.Tenant("acme", "AAPL"));

        // The first run begins the hour. What comes within it stays as pages left it, then all is folded but the run's own.
        await RunAsync();
        Assert.Equal(2, await PartialsAsync());
        host.Time.Advance(TimeSpan.FromMinutes(59));
        told.Add(new("b", "Two", IngestionHost.Start.AddHours(-3), ["AAPL"]));
        await RunAsync();
        Assert.Equal(4, await PartialsAsync());
        host.Time.Advance(TimeSpan.FromMinutes(13));
        told.Add(new("c", "Three", IngestionHost.Start.AddHours(-31), ["AAPL"]));
        await RunAsync();
        Assert.Equal(2, await PartialsAsync());

        async Task RunAsync() => await host.EndAsync(await host.BeginAsync(roster));

        async Task<int> PartialsAsync() => (await host.RowsAsync("trends|acme|")).Count(r => r.Split(' ')[1].StartsWith("p|", StringComparison.Ordinal));
    }
}
