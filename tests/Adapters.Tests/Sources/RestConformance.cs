using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Sources;

/// <summary>The sample's tables, and one paged by offset and by a link in the body, against a service that behaves as they say.</summary>
public abstract class RestConformance(string table, string file) : SourceConformance(table, "helpdesk", ("Sources:Rest:Files", file))
{
    private protected override IEnumerable<(string Body, Type? Failure)> AnswersWithoutRecords =>
    [
        ("""{"error":"rate limit reached"}""", typeof(TimeoutException)),
        ("""{"error":"token=s3cret-t0ken"}""", typeof(SourceException)),
        ("""{"tickets":{"id":1},"entries":null}""", typeof(SourceException)),
    ];

    /// <summary>The newest first, from those the filter lets through.</summary>
    private protected static IEnumerable<WireRecord> Newest(IEnumerable<WireRecord> records) => records.OrderByDescending(r => r.Arrived).ThenBy(r => r.Number);

    private protected static string Quoted(string? text) => text is null ? "null" : $"\"{text}\"";

    private protected static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    internal static string Sample([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../samples/helpdesk.json"));
}

public sealed class RestPageConformance() : RestConformance("service/tickets", Sample())
{
    private protected override int PageSize => 200;

    // Numbered pages cannot overlap; docs/sources.md says so.
    private protected override bool BearsRemovals => false;

    private protected override (IEnumerable<WireRecord> Page, string? Next) Select(HttpRequest request, IReadOnlyList<WireRecord> all, bool ignoresDates)
    {
        var query = request.Query;
        var (from, to) = (DateTimeOffset.Parse(query["updatedFrom"]!, CultureInfo.InvariantCulture), DateTimeOffset.Parse(query["updatedTo"]!, CultureInfo.InvariantCulture));
        return (Newest(all.Where(r => ignoresDates || (r.Arrived >= from && r.Arrived <= to.AddHours(1)))).Skip((Wire.Number(query["page"]) - 1) * 200).Take(Wire.Number(query["pageSize"])), null);
    }

    private protected override string Render(WireRecord record) =>
        $$"""{"id":"T-{{record.Number}}","summary":"{{record.Title}}","createdAt":"{{Time(record.Published)}}","updatedAt":"{{Time(record.Arrived)}}","company":{"name":"Acme Corp"},"labels":["urgent"],"links":{"self":"{{record.Url}}"} }""";

    private protected override string Wrap(IEnumerable<string> records, string? next) => $$"""{"tickets":[{{string.Join(',', records)}}]}""";
}

public sealed class RestCursorConformance() : RestConformance("time/entries", Sample())
{
    private protected override int PageSize => 500;

    // Oldest first, from a mark on: what arrives late is found by the next walk.
    private protected override (IEnumerable<WireRecord> Page, string? Next) Select(HttpRequest request, IReadOnlyList<WireRecord> all, bool ignoresDates)
    {
        var query = request.Query;
        var (from, to, start) = (long.Parse(query["from"]!, CultureInfo.InvariantCulture), long.Parse(query["to"]!, CultureInfo.InvariantCulture), Wire.Number(query["cursor"].ToString().Replace("c-", "", StringComparison.Ordinal) is { Length: > 0 } mark ? mark : "0"));
        var page = all.Where(r => ignoresDates || (r.Published.ToUnixTimeMilliseconds() >= from && r.Published.ToUnixTimeMilliseconds() < to))
            .Where(r => r.Number > start).OrderBy(r => r.Number).Take(Wire.Number(query["limit"])).ToList();
        return (page, page.Count < 500 ? null : $"c-{page[^1].Number}");
    }

    private protected override string Render(WireRecord record) =>
        $$"""{"id":{{record.Number}},"note":"{{record.Title}}","enteredAt":{{record.Published.ToUnixTimeMilliseconds()}}}""";

    private protected override string Wrap(IEnumerable<string> records, string? next) =>
        $$"""{"entries":[{{string.Join(',', records)}}],"meta":{"next":{{Quoted(next)}} } }""";
}

public sealed class RestLinkConformance() : RestConformance("company/contacts", Sample())
{
    private protected override int PageSize => 100;

    private protected override (IEnumerable<WireRecord> Page, string? Next) Select(HttpRequest request, IReadOnlyList<WireRecord> all, bool ignoresDates)
    {
        var query = request.Query;
        var start = Wire.Number(query["after"].ToString() is { Length: > 0 } after ? after : "0");
        var page = all.Where(r => ignoresDates || string.CompareOrdinal(Wire.Day(r.Published), query["since"]) >= 0)
            .Where(r => r.Number > start).OrderBy(r => r.Number).Take(100).ToList();
        return (page, page.Count < 100 ? null : $"{request.Scheme}://{request.Host}{request.Path}?since={query["since"]}&per_page=100&after={page[^1].Number}");
    }

    private protected override void Mark(HttpResponse response, string? next) => response.Headers.Link = next is null
        ? "<https://docs.example/help>; rel=\"help\"" : $"<https://docs.example/help>; rel=\"help\", <{next}>; title=\"a, b; c\"; rel=\"nofollow next\"";

    private protected override string Render(WireRecord record) =>
        $$"""{"id":{{record.Number}},"remark":"{{record.Title}}","notedAt":"{{Time(record.Published)}}","company":{"name":"Acme Corp"} }""";
}

public sealed class RestOffsetConformance() : RestConformance("rest/notes", Described.Offset)
{
    private protected override int PageSize => 50;

    // It cuts pages shorter than asked: only an empty one is the last.
    private protected override (IEnumerable<WireRecord> Page, string? Next) Select(HttpRequest request, IReadOnlyList<WireRecord> all, bool ignoresDates)
    {
        Assert.Equal("AAPL", request.Query["of"]);
        return (Newest(all).Skip(Wire.Number(request.Query["skip"])).Take(40), null);
    }

    private protected override string Render(WireRecord record) => $$"""{"id":{{record.Number}},"text":"{{record.Title}}","at":{{record.Published.ToUnixTimeSeconds()}}}""";
}

public sealed class RestBodyLinkConformance() : RestConformance("rest/pages", Described.BodyLink)
{
    private protected override int PageSize => 0;

    private protected override (IEnumerable<WireRecord> Page, string? Next) Select(HttpRequest request, IReadOnlyList<WireRecord> all, bool ignoresDates)
    {
        var start = Wire.Number(request.Query["after"].ToString() is { Length: > 0 } after ? after : "0");
        var page = all.Where(r => r.Number > start).OrderBy(r => r.Number).Take(30).ToList();
        return (page, page.Count == 0 ? null : $"?after={page[^1].Number}");
    }

    private protected override string Render(WireRecord record) => $$"""{"id":{{record.Number}},"text":"{{record.Title}}","at":"{{record.Published:O}}","about":["aapl","Müller & Co"]}""";

    private protected override string Wrap(IEnumerable<string> records, string? next) =>
        $$"""{"data":{"items":[{{string.Join(',', records)}}]},"links":{"next":{{Quoted(next)}} } }""";
}

/// <summary>Descriptions that the sample has no example of, in files that live as long as the tests.</summary>
internal static class Described
{
    public static string Offset { get; } = Write("""
        {"vendor":"helpdesk","baseUrl":"http://localhost","auth":{"header":"X-Key","format":"{credential}"},"tables":[
         {"name":"rest/notes","path":"notes?of={symbol}&skip={offset}&take={limit}","paging":{"style":"offset","limit":50,"ends":"empty"},
          "fields":{"id":"$.id","text":"$.text","time":"$.at","timeFormat":"unixSeconds"}}]}
        """);

    public static string BodyLink { get; } = Write("""
        {"vendor":"helpdesk","baseUrl":"http://localhost","tables":[
         {"name":"rest/pages","path":"pages","records":"$.data.items","paging":{"style":"link","next":"$.links.next"},
          "fields":{"id":"$.id","text":"$.text","time":"$.at","symbols":"$.about"}}]}
        """);

    public static string Write(string json)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("sentiment").FullName, "api.json");
        File.WriteAllText(path, json);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        return path;
    }
}
