using System.Net;
using static Sentiment.Simulator.Tests.Records;

namespace Sentiment.Simulator.Tests;

public sealed class FinnhubCompanyNewsBehaviour
{
    private const string Everything = "from=2026-01-01&to=2026-12-31";

    [Fact]
    public async Task One_answer_holds_exactly_the_truth()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { BadShare = 0.05 });
        var served = await simulator.FinnhubList($"symbol=AAPL&{Everything}");

        Assert.Equal(300, served.Length);
        MatchFinnhub(await simulator.Truth("vendor=finnhub&symbols=AAPL"), served);
    }

    [Fact]
    public async Task Days_are_inclusive()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { BadShare = 0 });
        var served = await simulator.FinnhubList("symbol=AAPL&from=2026-10-10&to=2026-10-11");

        MatchFinnhub(await simulator.Truth("vendor=finnhub&symbols=AAPL&from=2026-10-10&to=2026-10-11T23:59:59.999999Z"), served);
        Assert.NotEmpty(served);
    }

    [Fact]
    public async Task A_shared_record_has_the_same_id_under_each_symbol_and_names_the_asked_one()
    {
        await using var simulator = await RunningSimulator.Start(RunningSimulator.Small with { BadShare = 0 });
        var apple = await simulator.FinnhubList($"symbol=AAPL&{Everything}");
        var microsoft = await simulator.FinnhubList($"symbol=MSFT&{Everything}");
        var shared = apple.Select(Id).Intersect(microsoft.Select(Id)).ToHashSet();

        Assert.NotEmpty(shared);
        Assert.All(apple, record => Assert.Equal("AAPL", record.GetProperty("related").GetString()));
        Assert.All(microsoft, record => Assert.Equal("MSFT", record.GetProperty("related").GetString()));
    }

    [Fact]
    public async Task The_two_vendors_have_no_id_in_common()
    {
        await using var simulator = await RunningSimulator.Start();
        var tiingo = await simulator.Truth("vendor=tiingo&symbols=AAPL");
        var finnhub = await simulator.Truth("vendor=finnhub&symbols=AAPL");

        Assert.Empty(tiingo.Items.Select(item => item.Id).Intersect(finnhub.Items.Select(item => item.Id)));
    }

    [Theory]
    [InlineData("symbol=AAPL&from=2026-10-10")]
    [InlineData("symbol=&from=2026-10-10&to=2026-10-11")]
    [InlineData("symbol=AAPL&from=yesterday&to=2026-10-11")]
    public async Task Impossible_parameters_are_refused(string query)
    {
        await using var simulator = await RunningSimulator.Start();
        using var response = await simulator.Finnhub(query);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
    }
}
