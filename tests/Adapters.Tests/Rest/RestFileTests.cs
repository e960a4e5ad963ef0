using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Adapters.Http;
using Sentiment.Adapters.Rest;
using Sentiment.Adapters.Tests.Sources;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Rest;

public class RestFileTests
{
    private const string Table = """{"name":"rest/a","path":"a?p={page}","paging":{"style":"page","limit":5},"fields":{"id":"$.i","text":"$.t","time":"$.d","symbol":"A"}}""";

    [Fact]
    public void The_sample_is_read()
    {
        var api = RestFile.Read(RestConformance.Sample());
        Assert.Equal(("helpdesk", "https://helpdesk.example.com/api/v1"), (api.Vendor, api.BaseUrl));
        Assert.Equal(["service/tickets", "time/entries", "company/contacts"], api.Tables.Select(t => t.Description.Table));
        Assert.All(api.Tables, t => Assert.Equal(new SourceAuth(AuthPlace.Header, "Authorization", "Bearer ", "env:HELPDESK_TOKEN"), t.Description.Auth));
        Assert.Equal([["*"], ["TIME-ENTRIES"], ["*"]], api.Tables.Select(t => t.Description.OwnSymbols));
        Assert.Equal([PagingStyle.Page, PagingStyle.Cursor, PagingStyle.Link], api.Tables.Select(t => t.Description.Paging));
        Assert.Equal([(ChunkAxis.SymbolBatch, 1.0), (ChunkAxis.SymbolDays, 72), (ChunkAxis.SymbolBatch, 72)], api.Tables.Select(t => (t.Description.Axis, t.Description.Lookback.TotalHours)));
    }

    public static TheoryData<string, string[]> Problems => new()
    {
        { "{\n \"vendor\": [}", ["$: not JSON: line 2, byte 13"] },
        {
            "[]",
            ["$: an object expected", "$.vendor: 1 to 40 characters of [a-z0-9-] and none of tiingo, finnhub, alphavantage expected",
             "$.baseUrl: an absolute https address (http on this machine alone) without user, query and fragment expected", "$.tables: a list of 1 to 100 objects expected"]
        },
        { Api(vendor: "tiingo"), ["$.vendor: 1 to 40 characters of [a-z0-9-] and none of tiingo, finnhub, alphavantage expected"] },
        { Api(baseUrl: "http://example.com"), ["$.baseUrl: an absolute https address (http on this machine alone) without user, query and fragment expected"] },
        { Api(baseUrl: "https://me:secret@example.com"), ["$.baseUrl: an absolute https address (http on this machine alone) without user, query and fragment expected"] },
        {
            Api(more: ",\"auth\":{\"header\":\"A B\",\"format\":\"Bearer\",\"credential\":\"s3cret\",\"query\":1}"),
            ["$.auth.query: unknown field; one of header, format, credential expected", "$.auth.header: a header's name expected",
             "$.auth.format: at most 64 characters that end in {credential} expected, such as \"Bearer {credential}\"",
             "$.auth.credential: \"env:NAME\" or \"keyvault:NAME\" expected, never the secret itself"]
        },
        { Api(Table + "," + Table), ["$.tables[1].name: 'rest/a' is there twice"] },
        { Api(Table.Replace("rest/a", "finnhub/a", StringComparison.Ordinal)), ["$.tables[0].name: a name such as \"service/tickets\" expected: two parts of [a-z0-9-], the first none of tiingo, finnhub, alphavantage"] },
        { Api(Table.Replace("{page}", "{pages}", StringComparison.Ordinal)), ["$.tables[0].path: {pages} is none of {from}, {to}, {symbol}, {cursor}, {page}, {offset}, {limit}"] },
        { Api(Table.Replace("{page}", "{limit}", StringComparison.Ordinal)), ["$.tables[0].path: {page} expected, which this paging needs"] },
        { Api(Table.Replace("{page}", "{page}&o={offset}", StringComparison.Ordinal)), ["$.tables[0].path: {offset} does not go with this paging"] },
        { Api(Table.Replace("a?p", "https://elsewhere.example/a?p", StringComparison.Ordinal)), ["$.tables[0].path: a path below baseUrl expected, such as \"service/tickets?from={from}\""] },
        { Api(Table.Replace("a?p", "../a?p", StringComparison.Ordinal)), ["$.tables[0].path: a path below baseUrl expected, such as \"service/tickets?from={from}\""] },
        { Api(Table.Replace(",\"limit\":5", "", StringComparison.Ordinal)), ["$.tables[0].paging.limit: a whole number from 1 to 10000 expected"] },
        { Api(Table.Replace("\"page\"", "\"pages\"", StringComparison.Ordinal)), ["$.tables[0].paging.style: one of \"none\", \"page\", \"offset\", \"cursor\", \"link\" expected", "$.tables[0].path: {page} does not go with this paging"] },
        { Api(Table.Replace("$.t", "t", StringComparison.Ordinal)), ["$.tables[0].fields.text: a path such as \"$.items\" or \"$\" expected"] },
        { Api(Table.Replace("\"symbol\":\"A\"", "\"symbol\":\"a b\"", StringComparison.Ordinal)), ["$.tables[0].fields.symbol: a symbol expected: [A-Z0-9][A-Z0-9.^=/-], at most 32 characters"] },
        { Api(Table.Replace(",\"symbol\":\"A\"", "", StringComparison.Ordinal)), ["$.tables[0].fields.symbol: where the path has no {symbol}, \"symbols\" (a path) or \"symbol\" (a constant) expected"] },
        {
            Api(Table[..^1] + ",\"cursor\":\"seen\",\"daysPerChunk\":7,\"lookbackHours\":-1,\"limits\":{}}"),
            ["$.tables[0].limits: unknown field; one of name, path, bounds, records, paging, fields, cursor, lookbackHours, daysPerChunk expected",
             "$.tables[0].cursor: \"seen\" needs the field \"seen\"", "$.tables[0].lookbackHours: a whole number from 0 to 2160 expected",
             "$.tables[0].daysPerChunk: needs {from} and {to} in the path, or every chunk would fetch everything"]
        },
        { Api("7"), ["$.tables[0]: an object expected", .. Missing("$.tables[0]")] },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void Every_problem_is_named_with_the_file_its_place_and_what_was_expected(string json, string[] problems)
    {
        var failure = Assert.Throws<RestFileException>(() => RestFile.Parse("my.json", Encoding.UTF8.GetBytes(json)));
        Assert.Equal(problems, failure.Problems);
        Assert.StartsWith("Sources:Rest:Files: 'my.json' has problems:\n  $", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named_when_the_sources_are_registered()
    {
        var failure = Assert.Throws<RestFileException>(() => Register("/no/such.json"));
        Assert.Contains("'/no/such.json'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_are_given_in_one_text_or_as_a_list_and_describe_different_things()
    {
        var other = Described.Write(Api().Replace("\"helpdesk\"", "\"other\"", StringComparison.Ordinal));
        Assert.Equal(4, Register($"{RestConformance.Sample()};{other}").Count(s => s.Description.Vendor is "helpdesk" or "other"));
        var listed = Configuration(("Sources:Rest:Files:0", RestConformance.Sample()), ("Sources:Rest:Files:1", other));
        using var services = new ServiceCollection().AddSources(listed).BuildServiceProvider();
        Assert.Equal(10, services.GetServices<ITableSource>().Count());
        Assert.Contains("two files describe the vendor 'helpdesk'", Assert.Throws<ArgumentException>(() => Register($"{RestConformance.Sample()};{RestConformance.Sample()}")).Message, StringComparison.Ordinal);
        var same = Described.Write(Api().Replace("\"helpdesk\"", "\"third\"", StringComparison.Ordinal));
        Assert.Contains("two files describe the table 'rest/a'", Assert.Throws<ArgumentException>(() => Register($"{other};{same}")).Message, StringComparison.Ordinal);
    }

    private static string[] Missing(string at) =>
    [
        $"{at}.name: a name such as \"service/tickets\" expected: two parts of [a-z0-9-], the first none of tiingo, finnhub, alphavantage",
        $"{at}.paging: an object expected", $"{at}.path: a path below baseUrl expected, such as \"service/tickets?from={{from}}\"", $"{at}.fields: an object expected",
    ];

    private static string Api(string tables = Table, string vendor = "helpdesk", string baseUrl = "https://example.com", string more = "") =>
        $$"""{"vendor":"{{vendor}}","baseUrl":"{{baseUrl}}","tables":[{{tables}}]{{more}}}""";

    private static List<ITableSource> Register(string files)
    {
        using var services = new ServiceCollection().AddSources(Configuration(("Sources:Rest:Files", files))).BuildServiceProvider();
        return [.. services.GetServices<ITableSource>()];
    }

    private static IConfigurationRoot Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build();
}
