using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sentiment.Domain.Diagnostics;
using Sentiment.Infra.Tests.Support;

namespace Sentiment.Infra.Tests;

[Collection(DeploymentFixture.Name)]
public sealed class TelemetryTests(DeploymentFixture fixture)
{
    private static readonly IReadOnlyCollection<string> Emitted = [.. typeof(SentimentMeter)
        .GetProperties(BindingFlags.Public | BindingFlags.Static).Select(property => property.GetValue(null)).OfType<Instrument>().Select(metric => metric.Name)];

    [Fact]
    public void The_alerts_watch_failed_chunks_and_what_vendors_answer()
    {
        var queries = fixture.Small.OfType("Microsoft.Insights/scheduledQueryRules").ToDictionary(rule => (string)rule["name"]!, Criterion);
        Assert.Equal(["sentiment-failed-chunks", "sentiment-vendor-down", "sentiment-vendor-quota", "sentiment-vendor-refuses"], queries.Keys.Order());
        Assert.All(queries.Values, criterion =>
        {
            var query = (string)criterion["query"]!;
            Assert.Subset(Emitted.ToHashSet(), Metrics(query).ToHashSet());
            Assert.NotEmpty(Metrics(query));
            Assert.Matches($@"\b{(string)criterion["metricMeasureColumn"]!} = ", query);
            Assert.All(criterion["dimensions"]!.AsArray(), dimension => Assert.Matches($@"\b{(string)dimension!["name"]!} = ", query));
        });
    }

    [Fact]
    public void The_outcomes_that_alerts_look_for_are_ones_that_the_code_reports()
    {
        var code = string.Concat(Directory.GetFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("SentimentMeter.", StringComparison.Ordinal)).Select(File.ReadAllText));
        var outcomes = fixture.Small.OfType("Microsoft.Insights/scheduledQueryRules")
            .SelectMany(rule => Regex.Matches((string)Criterion(rule)["query"]!, @"(?i)outcome\)? == '(?<value>\w+)'")).Select(match => match.Groups["value"].Value).ToList();
        Assert.Equal(["denied", "failed", "transient", "wait"], outcomes.Order());
        Assert.All(outcomes, outcome => Assert.Contains($"\"{outcome}\"", code, StringComparison.Ordinal));
    }

    [Fact]
    public void Somebody_is_written_to_only_if_an_address_is_given()
    {
        Assert.Empty(fixture.Small.OfType("Microsoft.Insights/actionGroups"));
        Assert.All(fixture.Small.OfType("Microsoft.Insights/scheduledQueryRules"), rule => Assert.Empty(rule["properties"]!["actions"]!["actionGroups"]!.AsArray()));

        var group = fixture.Full.Single("Microsoft.Insights/actionGroups");
        Assert.Equal("operator@example.com", (string?)group["properties"]!["emailReceivers"]![0]!["emailAddress"]);
        Assert.All(fixture.Full.OfType("Microsoft.Insights/scheduledQueryRules"), rule =>
            Assert.Equal((string?)group["id"], (string?)rule["properties"]!["actions"]!["actionGroups"]![0]));
    }

    [Fact]
    public void The_workbook_shows_every_metric_that_is_emitted()
    {
        var workspace = (string)fixture.Small.Single("Microsoft.OperationalInsights/workspaces")["id"]!;
        var workbook = fixture.Small.Single("Microsoft.Insights/workbooks")["properties"]!;
        Assert.Equal(workspace, (string?)workbook["sourceId"]);
        var content = JsonNode.Parse((string)workbook["serializedData"]!)!;
        var queries = content["items"]!.AsArray().Select(item => item!["content"]!).Where(item => item["query"] is not null).ToList();
        Assert.All(queries, query => Assert.Equal(workspace, (string?)query["crossComponentResources"]![0]));
        Assert.Equal(Emitted.Order(), queries.SelectMany(query => Metrics((string)query["query"]!)).Distinct().Order());
    }

    private static JsonNode Criterion(JsonNode rule) => Assert.Single(rule["properties"]!["criteria"]!["allOf"]!.AsArray())!;

    private static IEnumerable<string> Metrics(string query) => Regex.Matches(query, @"'(?<name>sentiment\.[a-z.]+)'").Select(match => match.Groups["name"].Value);
}
