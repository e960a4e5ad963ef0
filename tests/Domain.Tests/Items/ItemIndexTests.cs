using Sentiment.Domain.Items;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Items;

/// <summary>What the index says of the items of a page.</summary>
public class ItemIndexTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-1);

    [Fact]
    public async Task A_tag_is_indexed_trimmed_and_in_lower_case_once_an_item()
    {
        Assert.Equal(["g|ai ~2f ml|", "g|earnings|"], await TagsAsync("Earnings", " earnings ", "EARNINGS", "AI / ML", "  ", ""));
    }

    [Fact]
    public async Task The_first_sixteen_tags_of_at_most_64_characters_are_indexed()
    {
        var tags = Enumerable.Range(0, 20).Select(i => $"tag{i:D2}").Prepend(new string('x', 65)).Prepend(new string('y', 64)).ToArray();
        Assert.Equal([.. Enumerable.Range(0, 15).Select(i => $"g|tag{i:D2}|"), $"g|{new string('y', 64)}|"], await TagsAsync(tags));
    }

    [Fact]
    public async Task Each_row_names_the_label_in_a_letter()
    {
        await using var host = new IngestionHost();
        host.Vendor.Pages = _ => [[.. Enumerable.Range(0, 40).Select(i => new Told($"{i}", $"Headline {i}", Noon.AddMinutes(i), ["AAPL"]) { Tags = ["x"] })]];
        await host.ProcessAsync((await host.PlanAsync("r1", "acme", ["AAPL"])).Single());
        var index = await host.RowsAsync("index|acme|");
        var items = await ItemList.AllAsync(host.Tables, new("acme"), default).ToListAsync();
        Assert.True(items.Select(i => i.Probabilities.Label).Distinct().Count() > 1);
        Assert.Equal(3 * 40, index.Count);
        Assert.All(items, item => Assert.Equal(3, index.Count(r =>
            r.Contains(item.Id, StringComparison.Ordinal)
            && r.EndsWith($"\"label\":\"{Membership.LetterOf(item.Probabilities.Label)}\"}}", StringComparison.Ordinal))));
    }

    private static async Task<IEnumerable<string>> TagsAsync(params string[] tags)
    {
        await using var host = new IngestionHost();
        host.Vendor.Pages = _ => [[new("a", "Headline a", Noon, ["AAPL"]) { Tags = tags }]];
        await host.ProcessAsync((await host.PlanAsync("r1", "acme", ["AAPL"])).Single());
        await host.AssertCleanAsync();
        return (await host.RowsAsync("index|acme|")).Select(r => r.Split(' ')[1]).Where(k => k.StartsWith("g|", StringComparison.Ordinal))
            .Select(k => k[..(k.IndexOf('|', 2) + 1)].Replace("~20", " ", StringComparison.Ordinal));
    }
}
