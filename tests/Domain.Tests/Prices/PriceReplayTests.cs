using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Replays;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;
using static Sentiment.Domain.Tests.Prices.PriceHost;

namespace Sentiment.Domain.Tests.Prices;

/// <summary>The archive of prices gone through again, without a vendor call.</summary>
public class PriceReplayTests
{
    private static TenantRoster Acme(IngestionHost host) => IngestionHost.Roster(host.Tenant("acme", "AAPL", "MSFT"));

    private static async Task<IngestionHost> RunAsync()
    {
        var host = Open(Everything);
        await host.StartEngineAsync();
        Assert.Equal(new Ledger(12, 4, 6, 6), (await host.EndAsync(await host.BeginAsync(Acme(host)))).Records);
        host.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(2, (await host.EndAsync(await host.BeginAsync(Acme(host)))).Records.Accepted);
        host.Time.Advance(TimeSpan.FromMinutes(1));
        host.Vendor.Before = (_, _, _) => throw new InvalidOperationException("No vendor is asked.");
        return host;
    }

    [Fact]
    public async Task Quarantined_bars_that_are_valid_by_now_are_stored_under_a_ledger_of_their_own()
    {
        await using var host = await RunAsync();
        host.Vendor.Reading = r => r.Bar is { Volume: < 0 } bar ? r with { Bar = bar with { Volume = null, HasVolume = false } } : r;
        var report = await host.EndAsync(await host.BeginAsync(Acme(host), request: new([], [], null, null, ReplayKind.Quarantine)));
        Assert.Equal((WorkStatus.Completed, new Ledger(2, 4, 0, 0)), (report.Run.Status, report.Records));
        Assert.Contains("21 122", await host.LinesAsync());
        host.Time.Advance(TimeSpan.FromMinutes(1));
        report = await host.EndAsync(await host.BeginAsync(Acme(host), request: new([], [], null, null, ReplayKind.Quarantine)));
        Assert.Equal(0, report.Records.Accepted);
    }

    [Fact]
    public async Task Bars_that_were_lost_come_back_from_the_archive_as_they_were()
    {
        await using var host = await RunAsync();
        var before = await host.RowsAsync("prices|", "series|", "quarantine|");
        foreach (var row in await host.RowsAsync("prices|", "series|"))
        {
            await host.Tables.WriteAsync(row.Split(' ')[0], [TableWrite.Delete(row.Split(' ')[1])], default);
        }

        Assert.NotEmpty((await host.VerifyAsync()).Problems);
        var report = await host.EndAsync(await host.BeginAsync(Acme(host), request: new([], [], null, null, ReplayKind.Raw)));
        Assert.Equal(14, report.Records.Accepted);
        Assert.Equal(before, await host.RowsAsync("prices|", "series|", "quarantine|"));
    }
}
