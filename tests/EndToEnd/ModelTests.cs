using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sentiment.EndToEnd;

public sealed class ModelTests
{
    [Fact]
    public async Task Two_tenants_of_one_run_get_the_same_news_scored_each_by_its_own_model()
    {
        using var place = new Workplace();
        await using var vendors = await Vendors.StartAsync(Vendors.Feed(itemsPerSymbol: 20));
        place.Write(("acme", ["AAPL"], "GOOD_TOKEN"), ("globex", ["AAPL"], "GOOD_TOKEN"));
        var tenants = JsonNode.Parse(await File.ReadAllTextAsync(place.Tenants))!;
        tenants["tenants"]![1]!["model"] = "turned";
        await File.WriteAllTextAsync(place.Tenants, tenants.ToJsonString());
        AssertRefused(await SentimentProcess.RunAsync(vendors.Environment, place.Run()));

        var environment = new Dictionary<string, string>(vendors.Environment) { ["Scoring__Models__turned"] = Turned(Path.Combine(place.Data, "..", "turned")) };
        var ended = await SentimentProcess.RunAsync(environment, place.Run());
        Assert.True(ended.ExitCode == 0, ended.ToString());
        var (plain, turned) = (await ItemsAsync(place, "acme"), await ItemsAsync(place, "globex"));
        Assert.NotEmpty(plain);
        Assert.Equal(plain.Keys, turned.Keys);
        Assert.All(plain, item => Assert.Equal((-item.Value.Score, "turned"), (turned[item.Key].Score, turned[item.Key].Model)));
        Assert.Contains(plain.Values, item => item.Score != 0);

        var scored = await SentimentProcess.RunAsync(environment, "score", "--model", "turned", "Profit rises strongly");
        Assert.StartsWith("turned@", scored.Json.GetProperty("model").GetString(), StringComparison.Ordinal);
    }

    private static void AssertRefused(Ended ended) => Assert.True(
        ended.ExitCode == 2 && ended.Errors.Contains("$.tenants[1].model: 'turned' is no model: one of default expected", StringComparison.Ordinal), ended.ToString());

    private static async Task<SortedDictionary<string, (decimal Score, string Model)>> ItemsAsync(Workplace place, string tenant)
    {
        var ended = await SentimentProcess.RunAsync(null, "items", "--tenant", tenant, "--data", place.Data);
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return new(ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToDictionary(
            item => $"{item.GetProperty("source").GetString()} {item.GetProperty("sourceId").GetString()}",
            item => (item.GetProperty("score").GetDecimal(), item.GetProperty("model").GetString()!.Split('@')[0])), StringComparer.Ordinal);
    }

    /// <summary>The shipped model with its labels turned round, so that every score has the other sign.</summary>
    private static string Turned(string folder)
    {
        var program = typeof(SentimentProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "LocalHost").Value!;
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Path.Combine(Path.GetDirectoryName(program)!, "models", "compact")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        var path = Path.Combine(folder, "model.json");
        var description = JsonNode.Parse(File.ReadAllText(path))!;
        (description["name"], description["labels"]) = ("turned", new JsonArray("positive", "neutral", "negative"));
        File.WriteAllText(path, description.ToJsonString());
        return folder;
    }
}
