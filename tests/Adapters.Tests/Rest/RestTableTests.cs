using Microsoft.AspNetCore.Http;
using Sentiment.Adapters.Tests.Http;
using Sentiment.Adapters.Tests.Sources;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Rest;

public sealed class RestTableTests : IAsyncDisposable
{
    private readonly ScriptedVendor _vendor = ScriptedVendor.Start(("Sources:Rest:Files", RestConformance.Sample()), ("Sources:helpdesk:Attempts", "1"));

    private static PageRequest Request => ScriptedVendor.Request(CursorDate.Crawled, symbols: SourceDescription.AnySymbol);

    public ValueTask DisposeAsync() => _vendor.DisposeAsync();

    [Fact]
    public async Task The_template_is_filled_and_a_mark_that_is_not_there_is_left_out()
    {
        _vendor.Always(ScriptedVendor.Body("""{"entries":[],"tickets":[]}"""));
        await _vendor.Source("service/tickets").FetchAsync(Request, default);
        await _vendor.Source("service/tickets").FetchAsync(Request with { Cursor = "3 ", Window = CursorDate.Published }, default);
        await _vendor.Source("time/entries").FetchAsync(Request, default);
        await _vendor.Source("time/entries").FetchAsync(Request with { Cursor = "1 a/b&c" }, default);
        Assert.Equal(
            ["/helpdesk/service/tickets?updatedFrom=2026-10-25T12%3A00%3A00Z&updatedTo=2026-11-01T12%3A00%3A00Z&page=1&pageSize=200",
             "/helpdesk/service/tickets?updatedFrom=2026-10-25T12%3A00%3A00Z&updatedTo=2200-01-01T00%3A00%3A00Z&page=4&pageSize=200",
             "/helpdesk/time/entries?from=1792929600000&to=1793534400000&limit=500",
             "/helpdesk/time/entries?from=1792929600000&to=1793534400000&limit=500&cursor=a%2Fb%26c"],
            _vendor.Seen.Select(s => s.Target));
    }

    [Fact]
    public void A_ticket_becomes_a_record()
    {
        var record = Assert.Single(Parse("service/tickets", """
            {"tickets":[{"id":7,"summary":"Printer &amp; scanner down","createdAt":"2026-10-31T08:30:00Z","updatedAt":"2026-11-01T08:30:00+01:00",
              "company":{"name":"Müller & Co."},"labels":["urgent","urgent",5,{"a":1},""],"links":{"self":"https://helpdesk.example.com/t/7"}}]}
            """).Records);
        Assert.Equal(("7", "Printer & scanner down", "https://helpdesk.example.com/t/7"), (record.SourceId, record.Title, record.Url));
        Assert.Equal(("2026-10-31T08:30:00.0000000+00:00", "2026-11-01T07:30:00.0000000+00:00"), ($"{record.PublishedAt:O}", $"{record.CrawledAt:O}"));
        Assert.Equal(["M-LLER---CO."], record.Symbols);
        Assert.Equal(["urgent", "5"], record.Tags);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"company":null}""")]
    [InlineData("""{"company":{"name":"日本"}}""")]
    [InlineData("""{"company":{"name":["","---"]}}""")]
    public void A_record_without_a_symbol_of_its_own_stands_under_the_constant(string ticket) =>
        Assert.Equal(["NO-COMPANY"], Assert.Single(Parse("service/tickets", $$"""{"tickets":[{{ticket}}]}""").Records).Symbols);

    [Theory]
    [InlineData("1793435400000", "2026-10-31T08:30:00.0000000+00:00")]
    [InlineData("\"1793435400000\"", "2026-10-31T08:30:00.0000000+00:00")]
    [InlineData("253402300800000", null)]
    [InlineData("9223372036854775807", null)]
    [InlineData("1793435400000.5", null)]
    [InlineData("\"2026-10-31T08:30:00Z\"", null)]
    [InlineData("null", null)]
    public void Milliseconds_within_the_calendar_are_times(string at, string? read) =>
        Assert.Equal(read, Assert.Single(Parse("time/entries", $$"""{"entries":[{"enteredAt":{{at}}}]}""").Records).PublishedAt?.ToString("O"));

    [Theory]
    [InlineData("\"2026-10-31\"", true)]
    [InlineData("\"2026-10-31T08:30\"", true)]
    [InlineData("\"2026-10-31 08:30:00+02:00\"", true)]
    [InlineData("\"31/10/2026 08:30\"", false)]
    [InlineData("\"10-31-2026\"", false)]
    [InlineData("\"2026-02-30T00:00:00Z\"", false)]
    [InlineData("1793435400", false)]
    public void A_time_that_two_people_read_differently_is_none(string at, bool isTime) =>
        Assert.Equal(isTime, Assert.Single(Parse("company/contacts", $$"""[{"notedAt":{{at}}}]""").Records).PublishedAt is not null);

    [Theory]
    [InlineData("https://evil.example/x")]
    [InlineData("//evil.example/x")]
    [InlineData("http://127.0.0.1//evil.example/x")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("https://127.0.0.1.evil.example/")]
    [InlineData("http://127.0.0.1@evil.example/")]
    public async Task A_next_page_on_another_host_is_refused_and_nobody_gets_the_credential(string link)
    {
        _vendor.Always(context =>
        {
            context.Response.Headers.Link = $"<{link}>; rel=next";
            return context.Response.WriteAsync("[]");
        });
        var source = _vendor.Source("company/contacts");
        var body = await source.FetchAsync(Request, default);
        if (link.StartsWith("ftp", StringComparison.Ordinal))
        {
            // Only path and query of an address are taken: it is asked for where the service is.
            Assert.Equal("1 /x", source.Parse(Request, body).NextCursor);
            return;
        }

        var failure = Assert.Throws<SourceException>(() => source.Parse(Request, body));
        Assert.False(failure.IsTransient);
        Assert.Contains("another host", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SourceException>(() => source.FetchAsync(Request with { Cursor = "1 //evil.example/x" }, default));
    }

    [Fact]
    public void Marks_that_lead_nowhere_end_in_an_error_and_not_in_a_loop()
    {
        const string Body = """{"entries":[],"meta":{"next":"m"}}""";
        Assert.Equal("1 m", Parse("time/entries", Body).NextCursor);
        Assert.Contains("again and again", Failure(Body, "1 m"), StringComparison.Ordinal);
        Assert.Contains("more than 10,000 pages", Failure(Body, "9999 l"), StringComparison.Ordinal);
        Assert.Contains("more than 2000 characters", Failure(Body.Replace("\"m\"", $"\"{new string('m', 2001)}\"", StringComparison.Ordinal), null), StringComparison.Ordinal);
        Assert.Equal("1 17", Parse("time/entries", Body.Replace("\"m\"", "17", StringComparison.Ordinal)).NextCursor);
        Assert.Null(Parse("time/entries", Body.Replace("\"m\"", "{}", StringComparison.Ordinal)).NextCursor);
    }

    private string Failure(string body, string? cursor) => Assert.Throws<SourceException>(() => Parse("time/entries", body, cursor)).Message;

    private SourcePage Parse(string table, string json, string? cursor = null) => _vendor.Source(table).Parse(Request with { Cursor = cursor }, Bodies.Of(json));
}
