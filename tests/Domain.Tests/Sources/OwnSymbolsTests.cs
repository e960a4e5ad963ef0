using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Sources;

/// <summary>Streams that are not asked for by symbol, and credentials that are not the tenant's own.</summary>
public class OwnSymbolsTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-1);

    private static readonly SourceDescription Market = ScriptedVendor.Describe("wire/market", "wire") with { OwnSymbols = ["GENERAL", "FOREX"] };

    private static readonly SourceDescription Tickets = ScriptedVendor.Describe("desk/tickets", "desk") with
    {
        OwnSymbols = [SourceDescription.AnySymbol],
        Auth = new(AuthPlace.Header, "Authorization", Credential: "env:DESK"),
    };

    private static readonly SourceDescription Open = ScriptedVendor.Describe("open/notes", "open") with { OwnSymbols = ["NOTES"], Auth = SourceAuth.Open };

    [Fact]
    public async Task Each_stream_is_asked_for_under_its_own_symbols_and_with_the_credential_it_declares()
    {
        await using var host = await StartAsync();
        await host.EndAsync(await host.BeginAsync(Roster(host)));
        Assert.Equal(["FOREX secret of env:acme-wire", "GENERAL secret of env:acme-wire"], Calls(host, 0));
        Assert.Equal(["* secret of env:DESK"], Calls(host, 1));
        Assert.Equal(["NOTES "], Calls(host, 2));
        Assert.Equal(["GENERAL", "FOREX"], (await host.Get<TableStateStore>().WatermarkAsync("acme", "wire/market", default))!.Row.Symbols);
    }

    [Fact]
    public async Task A_tenants_own_credential_comes_before_the_one_of_the_description()
    {
        await using var host = await StartAsync();
        var tenant = Roster(host).Tenants[0];
        await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(tenant with { Credentials = new Dictionary<string, string>(tenant.Credentials) { ["desk"] = "env:OWN" } })));
        Assert.Equal(["* secret of env:OWN"], Calls(host, 1));
    }

    [Fact]
    public async Task A_later_run_goes_on_at_the_lookback_and_does_not_take_the_streams_symbols_for_new()
    {
        await using var host = await StartAsync();
        await host.EndAsync(await host.BeginAsync(Roster(host)));
        host.Time.Advance(TimeSpan.FromMinutes(5));
        host.Vendors[0].Calls.Clear();
        var report = await host.EndAsync(await host.BeginAsync(Roster(host)));
        Assert.Equal(WorkStatus.Completed, report.Run.Status);
        Assert.All(host.Vendors[0].Calls, call => Assert.Equal(IngestionHost.Start.AddHours(-72), call.From, TimeSpan.FromMinutes(1)));
        Assert.Equal(0, report.Records.Accepted);
    }

    [Fact]
    public void Any_symbol_takes_whatever_a_record_names()
    {
        var record = new SourceRecord("1", "t", null, Noon, null, ["ACME", "GLOBEX"], default);
        Assert.Equal(["ACME", "GLOBEX"], SortedPage.Of([record], Chunk(SourceDescription.AnySymbol), Noon).Valid["1"].Symbols);
        Assert.Equal(["GLOBEX"], SortedPage.Of([record], Chunk("GLOBEX", "HOOLI"), Noon).Valid["1"].Symbols);
    }

    private static ChunkRow Chunk(params string[] symbols) => new()
    {
        Run = "r",
        Tenant = "acme",
        Table = "desk/tickets",
        Number = 1,
        Symbols = symbols,
        From = Noon.AddHours(-1),
        To = Noon.AddHours(1),
        Window = CursorDate.Published,
    };

    private static async Task<IngestionHost> StartAsync()
    {
        var host = new IngestionHost(Market, Tickets, Open);
        foreach (var vendor in host.Vendors)
        {
            vendor.Pages = request => [[new Told($"{request.Symbols[0]}-1", "Headline", Noon, [request.Symbols[0] == "*" ? "ACME-CORP" : request.Symbols[0]])]];
        }

        await host.StartEngineAsync();
        return host;
    }

    private static Domain.Tenants.TenantRoster Roster(IngestionHost host)
    {
        var tenant = host.Tenant("acme");
        return IngestionHost.Roster(tenant with { Credentials = new Dictionary<string, string> { ["wire"] = tenant.Credentials["wire"] } });
    }

    private static IEnumerable<string> Calls(IngestionHost host, int vendor) =>
        host.Vendors[vendor].Calls.Select(c => $"{string.Join(',', c.Symbols)} {c.Credential}").Distinct().Order(StringComparer.Ordinal);
}
