using System.Text;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Items;

public class VendorScoreTests
{
    private static readonly Item Scored = new(
        "id", "wire/news", "7", ["AAPL"], "Title", null, IngestionHost.Start, 100_000, 200_000, 700_000, "model", "chunk", 1)
    {
        VendorScore = -250_000,
        Relevance = new Dictionary<string, int> { ["AAPL"] = 500_000, ["MSFT"] = 1 },
        Tags = ["Earnings"],
    };

    [Fact]
    public async Task A_vendors_score_relevance_and_tags_stay_with_the_item_when_its_symbols_grow()
    {
        await using var host = new IngestionHost();
        var store = new ItemStore(host.Tables);
        await store.InsertAsync("acme", "wire/news", [Scored], default);
        var stored = (await store.KnownAsync("acme", "wire/news", ["7"], default))["7"];
        await store.AmendAsync("acme", stored, ["MSFT"], null, default);
        var amended = (await store.KnownAsync("acme", "wire/news", ["7"], default))["7"].Row;
        Assert.Equal(["AAPL", "MSFT"], amended.Symbols);
        Assert.Equal((-250_000, 500_000, 1), (amended.VendorScore, amended.Relevance!["AAPL"], amended.Relevance["MSFT"]));
        Assert.Equal(["Earnings"], amended.Tags);
    }

    [Fact]
    public void An_item_without_them_is_written_and_read_as_it_was_before_there_were_any_and_nothing_that_follows_is_stored()
    {
        const string Old = """{"id":"id","table":"wire/news","sourceId":"7","symbols":["AAPL"],"title":"Title","publishedAt":"2030-01-10T12:00:00+00:00","negative":100000,"neutral":200000,"positive":700000,"model":"model","chunk":"chunk","page":1}""";
        var plain = Scored with { VendorScore = null, Relevance = null, Tags = null };
        var written = Encoding.UTF8.GetString(Rows.Write(plain, RowJson.Default.Item));
        Assert.All((string[])["vendorScore", "relevance", "tags", "probabilities", "label"], name => Assert.DoesNotContain(name, written, StringComparison.Ordinal));
        var read = Rows.Read(new TableRow("p", "k", Rows.Version, Encoding.UTF8.GetBytes(Old), "e"), RowJson.Default.Item);
        Assert.Equal((null, null, null), (read.VendorScore, read.Relevance, read.Tags));
    }
}
