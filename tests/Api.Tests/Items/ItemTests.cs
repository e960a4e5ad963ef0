using Microsoft.Extensions.DependencyInjection;
using Sentiment.Api.Tests.Support;
using Sentiment.Domain.Caching;
using Sentiment.Domain.Storage;

namespace Sentiment.Api.Tests.Items;

public sealed class ItemTests
{
    private static IReadOnlyList<string> Ids(Answer answer) => [.. answer.Json.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("sourceId").GetString()!)];

    [Fact]
    public async Task Items_come_newest_first_as_the_contract_describes_them()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var answer = await host.GetAsync("/api/tenants/acme/items?limit=3");
        Assert.Equal(200, answer.Status);
        var first = answer.Json.GetProperty("items")[0];
        Assert.Equal(
            ["id", "source", "sourceId", "symbols", "title", "url", "publishedAt", "label", "score", "probabilities", "model", "tags"],
            first.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("2030-01-10T11:00:00Z", "wire/news"), (first.GetProperty("publishedAt").GetString(), first.GetProperty("source").GetString()));
        var all = await host.GetAsync("/api/tenants/acme/items");
        Assert.Equal((24, null), (Ids(all).Count, all.Json.GetProperty("next").GetString()));
        Assert.Equal(Ids(all).Take(3), Ids(answer));
    }

    [Theory]
    [InlineData("symbol=aapl&limit=2", "AAPL-0 AAPL-1")]
    [InlineData("symbol=aapl,AAPL&tag=TECH&limit=2", "AAPL-1 AAPL-3")]
    [InlineData("symbol=AAPL&tag=tech&tag=earnings&limit=2", "AAPL-0 AAPL-1")]
    [InlineData("symbol=MSFT&source=wire/news,other/news&limit=1", "MSFT-0")]
    [InlineData("source=wire/prices", "")]
    [InlineData("symbol=MSFT&from=2030-01-10T09:00:00Z&to=2030-01-10T11:00:00Z", "MSFT-1 MSFT-2")]
    [InlineData("symbol=NONE", "")]
    [InlineData("tag=none", "")]
    [InlineData("symbol=AAPL&label=positive,neutral,negative&limit=1", "AAPL-0")]
    public async Task What_is_asked_for_is_given(string query, string ids)
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        Assert.Equal(ids, string.Join(' ', Ids(await host.GetAsync("/api/tenants/acme/items?" + query))));
    }

    [Fact]
    public async Task Labels_part_all_items()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var found = new List<string>();
        foreach (var label in (string[])["positive", "Neutral", "negative"])
        {
            var answer = await host.GetAsync($"/api/tenants/acme/items?label={label}");
            Assert.All(answer.Json.GetProperty("items").EnumerateArray(), i => Assert.Equal(label.ToLowerInvariant(), i.GetProperty("label").GetString()));
            found.AddRange(Ids(answer));
        }

        Assert.Equal(Ids(await host.GetAsync("/api/tenants/acme/items")).Order(), found.Order());
    }

    [Theory]
    [InlineData("symbol=AAPL,-X", "symbol: symbols of [A-Z0-9][A-Z0-9.^=/-], at most 32 characters each expected")]
    [InlineData("symbol=A1,A2,A3,A4,A5,A6,A7,A8,A9,B1,B2,B3,B4,B5,B6,B7,B8,B9,C1,C2,C3", "symbol: at most 20 expected")]
    [InlineData("label=good", "label: positive, neutral or negative expected")]
    [InlineData("tag=0123456789012345678901234567890123456789012345678901234567890123456789", "tag: tags of at most 64 characters each expected")]
    [InlineData("source=%01", "source: tables such as tiingo/news expected")]
    [InlineData("from=x", "from: a time as in RFC 3339")]
    [InlineData("from=2026-01-02&to=2026-01-02", "from: a time before 'to' expected")]
    [InlineData("limit=1001", "limit: a number from 1 to 1000 expected")]
    [InlineData("limit=1&limit=2", "limit: one value expected")]
    [InlineData("symbols=AAPL", "symbols: no such parameter; symbol, label, tag, source, from, to")]
    public async Task What_is_wrong_is_named(string query, string named)
    {
        await using var host = await ApiHost.StartAsync();
        foreach (var route in (string[])["items", "items/export"])
        {
            if (route == "items" || !named.StartsWith("limit", StringComparison.Ordinal))
            {
                var answer = await host.GetAsync($"/api/tenants/acme/{route}?{query}");
                Assert.Equal(400, answer.Status);
                Assert.StartsWith(named, answer.Detail, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task The_first_page_is_kept_until_a_page_of_its_symbol_comes_and_the_others_are_not()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var first = await host.GetAsync("/api/tenants/acme/items?symbol=AAPL&limit=6");
        var next = first.Json.GetProperty("next").GetString();
        Assert.Equal(6, Ids(await host.GetAsync($"/api/tenants/acme/items?symbol=AAPL&limit=6&cursor={next}")).Count);
        var tables = host.Services.GetRequiredService<ITableStore>();
        await tables.WriteAsync("items|acme|wire~2fnews", [TableWrite.Delete("AAPL-0"), TableWrite.Delete("AAPL-11")], default);

        Assert.Equal(first.Text, (await host.GetAsync("/api/tenants/acme/items?symbol=AAPL&limit=6")).Text);
        Assert.Equal(5, Ids(await host.GetAsync($"/api/tenants/acme/items?symbol=AAPL&limit=6&cursor={next}")).Count);
        await host.Services.GetRequiredService<DocumentCache>().ForgetAsync("acme", ["MSFT"], default);
        Assert.Equal(first.Text, (await host.GetAsync("/api/tenants/acme/items?symbol=AAPL&limit=6")).Text);
        await host.Services.GetRequiredService<DocumentCache>().ForgetAsync("acme", ["AAPL"], default);
        Assert.DoesNotContain("AAPL-0", Ids(await host.GetAsync("/api/tenants/acme/items?symbol=AAPL&limit=6")));
    }

    [Fact]
    public async Task An_export_has_every_item_that_the_list_has()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        foreach (var query in (string[])["", "symbol=AAPL", "tag=tech&symbol=MSFT", "from=2030-01-10T09:00:00Z"])
        {
            var listed = (await host.GetAsync($"/api/tenants/acme/items?{query}&limit=1000".Replace("?&", "?", StringComparison.Ordinal))).Json.GetProperty("items").EnumerateArray().Select(i => i.GetRawText());
            var exported = await host.GetAsync($"/api/tenants/acme/items/export?{query}");
            Assert.Equal((200, "application/x-ndjson"), (exported.Status, exported.Headers["Content-Type"]));
            Assert.Equal(listed, exported.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.EndsWith("\n", exported.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_an_export_names_is_what_the_command_line_names()
    {
        Assert.True(ItemFilter.TryRead("acme", ["aapl, msft", null], ["Positive"], [" Earnings "], ["wire/news"], out var query, out _));
        Assert.Equal(["AAPL", "MSFT"], query.Symbols);
        Assert.Equal(["earnings", "wire/news"], query.Tags.Concat(query.Sources));
        Assert.Equal([Domain.Scoring.SentimentLabel.Positive], query.Labels);
        Assert.False(ItemFilter.TryRead("acme", ["?"], [], [], [], out _, out var problem));
        Assert.StartsWith("symbol: ", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("symbol=aapl&limit=5")]
    [InlineData("symbol=AAPL,MSFT&limit=5")]
    [InlineData("symbol=MSFT&symbol=AAPL&limit=5")]
    public async Task A_kept_first_page_goes_on_for_whoever_asked_in_other_words(string query)
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        foreach (var other in (string[])["symbol=AAPL&limit=5", "symbol=MSFT,AAPL&limit=5", "symbol=aapl,msft&limit=5"])
        {
            await host.GetAsync($"/api/tenants/acme/items?{other}");
        }

        var first = await host.GetAsync($"/api/tenants/acme/items?{query}");
        Assert.Equal(200, (await host.GetAsync($"/api/tenants/acme/items?{query}&cursor={first.Json.GetProperty("next").GetString()}")).Status);
    }
}
