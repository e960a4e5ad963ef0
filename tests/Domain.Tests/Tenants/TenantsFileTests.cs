using System.Text;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Tenants;

public class TenantsFileTests
{
    private const string Good = """{"id":"acme","symbols":["AAPL"],"tables":["tiingo/news"],"credentials":{"tiingo":"env:T"}}""";

    private static readonly SourceCatalog Tables = new([
        Source(ScriptedVendor.Describe("tiingo/news", "tiingo")), Source(ScriptedVendor.Describe("finnhub/company-news", "finnhub"))]);

    private static readonly SourceCatalog MoreTables = new([
        Source(ScriptedVendor.Describe("tiingo/news", "tiingo")),
        Source(ScriptedVendor.Describe("finnhub/market-news", "finnhub") with { OwnSymbols = ["GENERAL"] }),
        Source(ScriptedVendor.Describe("service/tickets", "service") with { OwnSymbols = [SourceDescription.AnySymbol], Auth = new(AuthPlace.Header, "A", Credential: "env:T") }),
        Source(ScriptedVendor.Describe("rest/open", "rest") with { OwnSymbols = ["OPEN"], Auth = SourceAuth.Open })]);

    public static TheoryData<string, string[]> Problems => new()
    {
        { "{\n \"tenants\": [}", ["$: not JSON: line 2, byte 14"] },
        { "[]", ["$.tenants: an array of tenants expected"] },
        { """{"tenants":{}}""", ["$.tenants: an array of tenants expected"] },
        { """{"tenants":[]}""", ["$.tenants: 1 to 5000 tenants expected, found 0"] },
        { """{"tenants":[7]}""", ["$.tenants[0]: an object expected"] },
        { $$"""{"tenants":[{{Good}},{{Good}}]}""", ["$.tenants[1].id: 'acme' is there twice"] },
        {
            """{"tenants":[{"id":"Ac me","name":"","symbols":["A A",3],"tables":["no/table"],"credentials":{"tiingo":"s3cret"},"colour":1}]}""",
            ["$.tenants[0].colour: unknown field", "$.tenants[0].id: 'Ac me' is not 1 to 40 characters of [a-z0-9-]",
             "$.tenants[0].name: a text of 1 to 200 characters expected",
             "$.tenants[0].symbols[0]: 'A A' is no symbol: [A-Z0-9][A-Z0-9.^=/-], at most 32 characters, expected", "$.tenants[0].symbols[1]: a text expected",
             "$.tenants[0].tables[0]: 'no/table' is no table: one of tiingo/news, finnhub/company-news expected",
             "$.tenants[0].credentials.tiingo: \"env:NAME\" or \"keyvault:NAME\" expected, never the secret itself"]
        },
        {
            """{"tenants":[{"id":"a","symbols":[],"credentials":[]}]}""",
            ["$.tenants[0].symbols: an array of at least one text expected", "$.tenants[0].tables: an array of at least one text expected",
             "$.tenants[0].credentials: an object of vendor → \"env:NAME\" or \"keyvault:NAME\" expected"]
        },
        {
            """{"tenants":[{"id":"a","symbols":["A"],"tables":["tiingo/news","finnhub/company-news"],"credentials":{"tiingo":"env:T"}}]}""",
            ["$.tenants[0].credentials.finnhub: missing, although a table of finnhub is listed"]
        },
        {
            $$$"""{"tenants":[{{{Good[..^1]}}},"retention":{"items":0,"bars":"x","quarantine":3651,"raw":1}}]}""",
            ["$.tenants[0].retention.items: a whole number of days from 1 to 3650 expected", "$.tenants[0].retention.bars: a whole number of days from 1 to 3650 expected",
             "$.tenants[0].retention.quarantine: a whole number of days from 1 to 3650 expected", "$.tenants[0].retention.raw: unknown field"]
        },
        {
            $$$"""{"tenants":[{{{Good[..^1]}}},"retention":[]},{{{Good[..^1].Replace("acme", "b", StringComparison.Ordinal)}}},"retention":{"items":30,"bars":29}}]}""",
            ["$.tenants[0].retention: an object of items, bars and quarantine, each a number of days, expected",
             "$.tenants[1].retention.bars: at least as many days as items (30) expected, found 29"]
        },
        {
            $$$"""{"tenants":[{{{Good[..^1]}}},"fallbacks":{"finnhub/company-news":"tiingo/news","tiingo/news":"no/table"}}]}""",
            ["$.tenants[0].fallbacks.finnhub/company-news: one of the tenant's tables expected before the colon",
             "$.tenants[0].fallbacks.tiingo/news: 'no/table' is no table: one of tiingo/news, finnhub/company-news expected"]
        },
        {
            $$$"""{"tenants":[{{{Good[..^1]}}},"fallbacks":{"tiingo/news":"finnhub/company-news"}},{{{Good[..^1].Replace("acme", "b", StringComparison.Ordinal)}}},"fallbacks":{"tiingo/news":"tiingo/news"}}]}""",
            ["$.tenants[0].credentials.finnhub: missing, although a table of finnhub is listed",
             "$.tenants[1].fallbacks.tiingo/news: 'tiingo/news' is read anyway, for it is one of the tenant's tables"]
        },
        {
            """{"tenants":[{"symbols":["A"],"tables":["tiingo/news"]}]}""",
            ["$.tenants[0].id: a text of 1 to 200 characters expected", "$.tenants[0].credentials.tiingo: missing, although a table of tiingo is listed"]
        },
    };

    public static TheoryData<string, string> Settings => new()
    {
        { """{"emails":["ops"]}""", "emails[0]: an e-mail address such as ops@example.com expected" },
        { """{"schedule":"every hour"}""", "schedule: six NCRONTAB fields such as '0 */15 * * * *' expected, found 'every hour'" },
        { """{"model":"large"}""", "model: 'large' is no model: one of default, finbert expected" },
        { """{"status":"paused"}""", "status: active or disabled expected" },
        { """{"id":"bolt"}""", "id: the tenant's, 1 to 40 characters of [a-z0-9-], expected" },
        { """{"colour":1}""", "colour: unknown field" },
        { """{"tables":["tiingo/news","no/table"]}""", "tables[1]: 'no/table' is no table: one of tiingo/news, finnhub/company-news expected" },
        { """{"credentials":{"tiingo":"s3cret"}}""", "credentials.tiingo: \"env:NAME\" or \"keyvault:NAME\" expected, never the secret itself" },
    };

    private static TenantRoster Parse(string json) => TenantsFile.Parse(Encoding.UTF8.GetBytes(json), Tables);

    private static ScriptedVendor Source(SourceDescription description) => new(description, TimeProvider.System);

    [Theory]
    [InlineData("""{"id":"a","tables":["service/tickets"]}""")]
    [InlineData("""{"id":"a","symbols":[],"tables":["service/tickets","rest/open"]}""")]
    [InlineData("""{"id":"a","tables":["finnhub/market-news"],"credentials":{"finnhub":"env:F"}}""")]
    public void Streams_with_symbols_of_their_own_need_none_of_the_tenant(string tenant) =>
        Assert.Empty(TenantsFile.Parse(Encoding.UTF8.GetBytes($$"""{"tenants":[{{tenant}}]}"""), MoreTables).Tenants.Single().Symbols);

    [Theory]
    [InlineData("""{"id":"a","tables":["service/tickets","tiingo/news"],"credentials":{"tiingo":"env:T"}}""", "$.tenants[0].symbols: an array of at least one text expected")]
    [InlineData("""{"id":"a","symbols":["A B"],"tables":["service/tickets"]}""", "$.tenants[0].symbols[0]: 'A B' is no symbol: [A-Z0-9][A-Z0-9.^=/-], at most 32 characters, expected")]
    [InlineData("""{"id":"a","tables":["finnhub/market-news"]}""", "$.tenants[0].credentials.finnhub: missing, although a table of finnhub is listed")]
    [InlineData("""{"id":"a","tables":["service/ticket"],"symbols":["A"]}""", "$.tenants[0].tables[0]: 'service/ticket' is no table: one of tiingo/news, finnhub/market-news, service/tickets, rest/open expected")]
    public void What_a_table_needs_is_asked_for(string tenant, string problem) => Assert.Equal(
        [problem], Assert.Throws<TenantsFileException>(() => TenantsFile.Parse(Encoding.UTF8.GetBytes($$"""{"tenants":[{{tenant}}]}"""), MoreTables)).Problems);

    [Theory]
    [MemberData(nameof(Problems))]
    public void Every_problem_is_listed_with_its_path(string json, string[] problems)
    {
        var refused = Assert.Throws<TenantsFileException>(() => Parse(json));
        Assert.Equal(problems, refused.Problems);
        Assert.All(problems, p => Assert.Contains(p, refused.Message, StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_may_have_comments_trailing_commas_small_symbols_and_repeats()
    {
        var tenant = Parse("""
            {"tenants":[{
              // a comment
              "id":"acme-1","name":"Acme Capital","symbols":["aapl","BRK.B","AAPL","^GSPC1","EUR/USD","BF-B"],
              "tables":["tiingo/news","finnhub/company-news","tiingo/news"],
              "credentials":{"tiingo":"env:TIINGO_TOKEN","finnhub":"keyvault:finnhub-token",},
            }]}
            """.Replace("\"^GSPC1\",", "", StringComparison.Ordinal)).Tenants.Single();
        Assert.Equal(("acme-1", "Acme Capital"), (tenant.Id, tenant.Name));
        Assert.Equal(["AAPL", "BRK.B", "EUR/USD", "BF-B"], tenant.Symbols);
        Assert.Equal(["tiingo/news", "finnhub/company-news"], tenant.Tables);
        Assert.Equal("keyvault:finnhub-token", tenant.Credentials["finnhub"]);
    }

    [Fact]
    public void Without_a_name_the_id_is_shown() => Assert.Equal("acme", Parse($$"""{"tenants":[{{Good}}]}""").Tenants.Single().Name);

    [Fact]
    public void A_tenant_may_say_how_long_its_data_are_kept()
    {
        var tenant = Parse($$$"""{"tenants":[{{{Good[..^1]}}},"retention":{"items":20,"quarantine":5}}]}""").Tenants.Single();
        Assert.Null(tenant.Fallbacks);
        Assert.Equal(new TenantRetention(20, null, 5), tenant.Retention);
        Assert.Null(Parse($$"""{"tenants":[{{Good}}]}""").Tenants.Single().Retention);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public void What_is_wrong_with_one_tenants_settings_is_named_by_its_field(string change, string problem)
    {
        var settings = System.Text.Json.Nodes.JsonNode.Parse(Good)!.AsObject();
        foreach (var (name, value) in System.Text.Json.Nodes.JsonNode.Parse(change)!.AsObject())
        {
            settings[name] = value!.DeepClone();
        }

        var refused = Assert.Throws<TenantsFileException>(() => TenantsFile.ParseOne("acme", Encoding.UTF8.GetBytes(settings.ToJsonString()), Tables, ["default", "finbert"]));
        Assert.Equal([problem], refused.Problems);
    }

    [Fact]
    public void Settings_are_read_and_nulls_and_what_a_host_adds_are_passed_over()
    {
        var tenant = TenantsFile.ParseOne("acme", Encoding.UTF8.GetBytes($$"""
            {{Good[..^1]}},"emails":["ops@a.test","OPS@A.test"],"schedule":"0 */15 * * * *","model":"finbert","status":"disabled","retention":null,"fallbacks":null,
            "vendors":["tiingo"],"origin":"api","version":3,"changedAt":"2030-01-10T12:00:00Z"}
            """), Tables, ["default", "finbert"]);
        Assert.Equal(("0 */15 * * * *", "finbert", true, "ops@a.test"), (tenant.Schedule, tenant.Model, tenant.IsDisabled, Assert.Single(tenant.Emails!)));
        var plain = TenantsFile.ParseOne("acme", Encoding.UTF8.GetBytes(Good), Tables);
        Assert.Equal((null, null, false, null), (plain.Schedule, plain.Model, plain.IsDisabled, plain.Emails));
    }

    [Fact]
    public void Another_file_has_another_hash()
    {
        var hash = Parse($$"""{"tenants":[{{Good}}]}""").Hash;
        Assert.Equal(hash, Parse($$"""{"tenants":[{{Good}}]}""").Hash);
        Assert.NotEqual(hash, Parse($$"""{"tenants":[{{Good}}] }""").Hash);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    [InlineData("acme\\n", false)]
    [InlineData("ACME", false)]
    [InlineData("ac_me", false)]
    public void An_id_is_1_to_40_small_letters_digits_and_dashes(string id, bool accepted)
    {
        var json = $$"""{"tenants":[{{Good.Replace("acme", id, StringComparison.Ordinal)}}]}""";
        Assert.Equal(accepted, Record.Exception(() => Parse(json)) is null);
    }

    [Theory]
    [InlineData("env:T\\n", false)]
    [InlineData("env:", false)]
    [InlineData("ENV:T", false)]
    [InlineData("keyvault:a-b_C9", true)]
    public void A_credential_is_a_reference_and_nothing_else(string reference, bool accepted)
    {
        var json = $$"""{"tenants":[{{Good.Replace("env:T", reference, StringComparison.Ordinal)}}]}""";
        Assert.Equal(accepted, Record.Exception(() => Parse(json)) is null);
    }

    [Theory]
    [InlineData("AAPL\\n", false)]
    [InlineData("^GSPC", false)]
    [InlineData("A23456789012345678901234567890.2", true)]
    [InlineData("A23456789012345678901234567890.23", false)]
    [InlineData("ı", false)]
    public void A_symbol_is_checked_to_its_end(string symbol, bool accepted)
    {
        var json = $$"""{"tenants":[{{Good.Replace("AAPL", symbol, StringComparison.Ordinal)}}]}""";
        Assert.Equal(accepted, Record.Exception(() => Parse(json)) is null);
    }
}
