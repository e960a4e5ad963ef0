using System.Net;

namespace Sentiment.EndToEnd;

public sealed class CommandTests
{
    [Theory]
    [InlineData(2, "--tenants", "run")]
    [InlineData(2, "frob", "frob")]
    [InlineData(2, "no-such-file.json", "run", "--tenants", "/no-such-file.json")]
    [InlineData(2, "--from: 'yesterday' is no time", "run", "--tenants", "x", "--from", "yesterday")]
    [InlineData(2, "--tenants: a number from 1 to 500", "demo", "--tenants", "0")]
    [InlineData(2, "--port: a number from 1 to 65535", "demo", "--port", "70000")]
    [InlineData(1, "holds no data", "status", "--data", "/no-such-folder")]
    [InlineData(1, "holds no data", "verify", "--data", "/no-such-folder")]
    [InlineData(2, "texts or --file expected", "score")]
    [InlineData(2, "--model: 'fine' is no model; one of default expected", "score", "--model", "fine", "Profit rises")]
    [InlineData(2, "either --quarantine or --from-raw expected", "replay")]
    [InlineData(1, "holds no data", "replay", "--from-raw", "--data", "/no-such-folder")]
    [InlineData(1, "holds no data", "coverage", "--tenant", "acme", "--data", "/no-such-folder")]
    [InlineData(2, "--tenant", "coverage")]
    [InlineData(2, "--from: a time before --to expected", "coverage", "--tenant", "acme", "--from", "2026-02-01", "--to", "2026-01-01")]
    [InlineData(2, "--tenants", "backfill")]
    [InlineData(2, "--tenant", "alerts")]
    [InlineData(1, "holds no data", "alerts", "--tenant", "acme", "--data", "/no-such-folder")]
    public async Task Bad_usage_gets_one_message_that_names_it(int exitCode, string names, params string[] arguments)
    {
        var ended = await SentimentProcess.RunAsync(null, arguments);
        AssertRefused(ended, exitCode, names);
    }

    [Fact]
    public async Task A_bad_tenants_file_lists_every_problem_and_starts_nothing()
    {
        using var place = new Workplace();
        await File.WriteAllTextAsync(place.Tenants, """{"tenants":[{"id":"A!","symbols":["AAPL"],"tables":["x/y"]},{"id":"b","symbols":[],"tables":["tiingo/news"],"credentials":{"tiingo":"secret"}}]}""");
        var ended = await SentimentProcess.RunAsync(null, place.Run());
        AssertRefused(ended, 2, "$.tenants[0].id");
        Assert.All((string[])["$.tenants[0].tables[0]", "$.tenants[1].symbols", "$.tenants[1].credentials.tiingo"], path => Assert.Contains(path, ended.Errors, StringComparison.Ordinal));
        Assert.DoesNotContain("secret\"", ended.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place.Data));
    }

    [Theory]
    [InlineData("tenant: no tenant 'zed'", "--tenant", "zed")]
    [InlineData("table: none of the chosen tenants has a table 'x/y'", "--table", "x/y")]
    [InlineData("from: a time before 'to'", "--from", "2026-02-01", "--to", "2026-01-01")]
    public async Task A_run_of_what_does_not_exist_is_refused(string names, params string[] arguments)
    {
        using var place = new Workplace();
        place.Write(("acme", ["AAPL"], "GOOD_TOKEN"));
        AssertRefused(await SentimentProcess.RunAsync(null, place.Run(arguments)), 2, names);
    }

    [Fact]
    public async Task A_configured_value_out_of_range_is_named_with_its_key()
    {
        using var place = new Workplace();
        place.Write(("acme", ["AAPL"], "GOOD_TOKEN"));
        AssertRefused(await SentimentProcess.RunAsync(new Dictionary<string, string> { ["Ingestion__ChunkSeconds"] = "0" }, place.Run()), 2, "Ingestion:ChunkSeconds");
        AssertRefused(await SentimentProcess.RunAsync(new Dictionary<string, string> { ["Sources__Tiingo__BaseUrl"] = "nowhere" }, place.Run()), 2, "Sources:Tiingo:BaseUrl");
        AssertRefused(await SentimentProcess.RunAsync(new Dictionary<string, string> { ["Retention__Raw"] = "95" }, place.Run()), 2, "Retention:Raw");
        AssertRefused(await SentimentProcess.RunAsync(
            new Dictionary<string, string> { ["Retention__Raw"] = "95" }, "serve", "--tenants", place.Tenants, "--data", place.Data), 2, "Retention:Raw");
        AssertRefused(await SentimentProcess.RunAsync(new Dictionary<string, string> { ["Scoring__ModelPath"] = "/no-model" }, place.Run()), 2, "/no-model");
        AssertRefused(await SentimentProcess.RunAsync(new Dictionary<string, string> { ["Scoring__Models__fine"] = "/no-model" }, place.Run()), 2, "Scoring:Models:fine: /no-model/model.json");
    }

    [Fact]
    public async Task A_second_writer_is_told_who_holds_the_folder_and_readers_still_work()
    {
        using var place = new Workplace();
        await using var vendors = await Vendors.StartAsync(Vendors.Feed(itemsPerSymbol: 20));
        place.Write(("acme", ["AAPL"], "GOOD_TOKEN"));
        var port = ApiServer.FreePort();
        await using var server = SentimentProcess.Start(vendors.Environment, "serve", "--tenants", place.Tenants, "--data", place.Data, "--port", $"{port}");
        using var http = new HttpClient { BaseAddress = new Uri($"http://localhost:{port}") };
        await Patience.UntilHealthyAsync(http);
        AssertRefused(await SentimentProcess.RunAsync(vendors.Environment, place.Run()), 1, $"(serve, port {port})");
        Assert.Equal(0, (await SentimentProcess.RunAsync(null, "runs", "--data", place.Data)).ExitCode);

        using var other = new Workplace();
        other.Write(("acme", ["AAPL"], "GOOD_TOKEN"));
        AssertRefused(
            await SentimentProcess.RunAsync(vendors.Environment, "serve", "--tenants", other.Tenants, "--data", other.Data, "--port", $"{port}"), 1, $"--port: {port} is in use");

        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/runs")).StatusCode);
        http.DefaultRequestHeaders.Add("x-functions-key", (await File.ReadAllTextAsync(Path.Combine(place.Data, "admin.key"))).Trim());
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/runs")).StatusCode);
        server.Signal("TERM");
        Assert.Equal(143, (await server.WaitAsync()).ExitCode);
        Assert.False(File.Exists(Path.Combine(place.Data, "lock.json")));
    }

    [Fact]
    public async Task A_damaged_data_folder_is_named_and_left_alone()
    {
        using var place = new Workplace();
        place.Write(("acme", ["AAPL"], "GOOD_TOKEN"));
        Directory.CreateDirectory(place.Data);
        await File.WriteAllTextAsync(Path.Combine(place.Data, "tables.db"), new string('x', 10_000));
        AssertRefused(await SentimentProcess.RunAsync(null, place.Run()), 1, "tables.db");
        AssertRefused(await SentimentProcess.RunAsync(null, "verify", "--data", place.Data), 1, "tables.db");
        Assert.Equal(new string('x', 10_000), await File.ReadAllTextAsync(Path.Combine(place.Data, "tables.db")));
    }

    [Fact]
    public async Task A_killed_demo_goes_on_where_it_stood()
    {
        using var place = new Workplace();
        await using (var process = SentimentProcess.Start(null, "demo", "--once", "--tenants", "3", "--data", place.Data))
        {
            await Patience.UntilAsync(async () =>
            {
                if (!File.Exists(Path.Combine(place.Data, "tables.db")))
                {
                    return false;
                }

                await using var stored = new StoredTruth(place.Data);
                return (await stored.NewestRunAsync())?.Records.Read > 0;
            });
            await process.KillAsync();
        }

        var resumed = await SentimentProcess.RunAsync(null, "demo", "--once", "--data", place.Data);
        Assert.True(resumed.ExitCode == 0, resumed.ToString());
        Assert.Contains("goes on where it stood", resumed.Output, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(place.Data, "outbox"), "*.eml", SearchOption.AllDirectories));
        await using var after = new StoredTruth(place.Data);
        await after.AssertVerifiesAsync();
    }

    private static void AssertRefused(Ended ended, int exitCode, string names)
    {
        Assert.True(ended.ExitCode == exitCode && ended.Errors.Contains(names, StringComparison.Ordinal), $"{names}: {ended}");
        Assert.DoesNotContain("   at ", ended.Errors, StringComparison.Ordinal);
        Assert.Empty(ended.Output);
    }
}
