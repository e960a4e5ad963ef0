using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sentiment.Simulator.Tests;

/// <summary>Reads served records the way a careful client would, to compare them with the truth.</summary>
internal static class Records
{
    public static string Hash(JsonElement record) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(record.GetRawText())));

    public static long Id(JsonElement record) => record.GetProperty("id").GetInt64();

    public static DateTimeOffset Crawled(JsonElement record) => Date(record, "crawlDate");

    public static DateTimeOffset Published(JsonElement record) => Date(record, "publishedDate");

    public static void MatchTiingo(Truth truth, IEnumerable<JsonElement> served)
    {
        var (bad, good) = Split(truth, served);
        Assert.Equal(
            truth.Items.Select(item => (item.Id, item.Title, item.PublishedAt, item.CrawledAt)).Order(),
            good.Select(record => (Id(record), Title(record, "title"), Published(record), Crawled(record))).Order());
        Assert.Equal(truth.Bad.Select(record => record.RawHash).Order(), bad.Order());
    }

    public static void MatchFinnhub(Truth truth, IEnumerable<JsonElement> served)
    {
        var (bad, good) = Split(truth, served);
        Assert.Equal(
            truth.Items.Select(item => (item.Id, item.Title, item.PublishedAt.ToUnixTimeSeconds())).Order(),
            good.Select(record => (Id(record), Title(record, "headline"), record.GetProperty("datetime").GetInt64())).Order());
        Assert.Equal(truth.Bad.Select(record => record.RawHash).Order(), bad.Order());
    }

    private static (List<string> Bad, List<JsonElement> Good) Split(Truth truth, IEnumerable<JsonElement> served)
    {
        var known = truth.Bad.Select(record => record.RawHash).ToHashSet();
        var parts = served.ToLookup(record => known.Contains(Hash(record)));
        return (parts[true].Select(Hash).ToList(), parts[false].ToList());
    }

    private static string Title(JsonElement record, string name) => WebUtility.HtmlDecode(record.GetProperty(name).GetString()!);

    private static DateTimeOffset Date(JsonElement record, string name) =>
        DateTimeOffset.Parse(record.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
