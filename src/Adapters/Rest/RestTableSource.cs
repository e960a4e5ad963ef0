using System.Globalization;
using System.Text.Json;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Rest;

/// <summary>A table of a JSON API that a file describes.</summary>
internal sealed class RestTableSource(VendorHttp http, RestTable table) : ITableSource
{
    /// <summary>The most pages of a chunk: a service that hands out marks for ever is stopped here.</summary>
    public const int MaxPages = 10_000;

    // Records that arrive or go between two pages shift offsets; what the overlap repeats is inserted once.
    private const int MaxOverlap = 10;
    private const int MaxMark = 2000;

    // Records published in a window may be touched at any time after it.
    private static readonly DateTimeOffset EndOfTime = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // A window that is spelt to the second is another one in every run.
    private readonly bool _isOfOneRun = table.Bounds != RestTime.Date && RestTemplate.NamesIn(table.Path).Any(name => name is "from" or "to");

    /// <inheritdoc/>
    public SourceDescription Description => table.Description;

    /// <inheritdoc/>
    public Task<SourceBody> FetchAsync(PageRequest request, CancellationToken cancellationToken) => http.GetJsonAsync(
        new VendorCall(Target(request), Description, request)
        {
            HasRecords = HasRecords,
            Expected = $"list at {table.Records}",
            IsOfOneRun = _isOfOneRun,
        },
        cancellationToken);

    /// <inheritdoc/>
    public SourcePage Parse(PageRequest request, SourceBody body)
    {
        using var document = JsonValues.Parse(body.Bytes);
        if (table.Records.Of(document.RootElement) is not { ValueKind: JsonValueKind.Array } list)
        {
            return VendorAnswer.RuleOf(Description, body.Bytes) is { Meaning: AnswerMeaning.Empty } ? new([], null)
                : throw new SourceException($"The body has no list at {table.Records}.", isTransient: false);
        }

        // An archived body lacks the Link header; where its next page begins, its page row says.
        var records = list.EnumerateArray().Select(r => RestRecords.Read(r, table.Fields, request.Symbols)).ToList();
        return new(records, Next(request, document.RootElement, Distinct(records), body.NextLink));
    }

    // Records that a page repeats take no offsets.
    private static int Distinct(List<SourceRecord> records) =>
        records.Count(r => r.SourceId is null) + records.Select(r => r.SourceId).OfType<string>().Distinct(StringComparer.Ordinal).Count();

    private bool HasRecords(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        return table.Records.Of(document.RootElement)?.ValueKind == JsonValueKind.Array;
    }

    private string Target(PageRequest request)
    {
        var (page, mark) = Cursor(request);
        if (table.Paging.Style == PagingStyle.Link && mark is not null)
        {
            return mark;
        }

        var to = request.Window == CursorDate.Published && Description.Cursor == CursorDate.Crawled ? EndOfTime : request.To;
        return RestTemplate.Fill(table.Path, name => name switch
        {
            "from" => Spell(request.From),
            "to" => Spell(to),
            "symbol" => request.Symbols[0],
            "page" => Number(table.Paging.First + page),
            "offset" => mark ?? "0",
            "limit" => Number(table.Paging.Limit),
            _ => mark,
        });
    }

    private string? Next(PageRequest request, JsonElement root, int count, string? header)
    {
        var (page, mark) = Cursor(request);
        var paging = table.Paging;
        var overlap = Math.Min(MaxOverlap, paging.Limit / 10);
        var next = paging.Style switch
        {
            PagingStyle.Page when count > 0 && (paging.EndsEmpty || count >= paging.Limit) => "",
            PagingStyle.Offset when count > overlap && (paging.EndsEmpty || count >= paging.Limit) =>
                Number(int.Parse(mark ?? "0", CultureInfo.InvariantCulture) + Math.Min(count, paging.Limit) - overlap),
            PagingStyle.Cursor => JsonValues.Id(paging.Next!.Of(root)) is { Length: > 0 } given ? given : null,
            PagingStyle.Link => (paging.Next is null ? header : JsonValues.Text(paging.Next.Of(root))) is { Length: > 0 } link ? Follow(request, link) : null,
            _ => null,
        };
        return next is null ? null
            : next.Length > MaxMark ? throw Broken($"a mark of the next page of more than {MaxMark} characters")
            : next.Length > 0 && next == mark ? throw Broken("the same page as the next one again and again")
            : page + 1 >= MaxPages ? throw Broken($"more than {MaxPages:#,0} pages; ask for a shorter window")
            : $"{Number(page + 1)} {next}";
    }

    /// <summary>The path and query of a next page's address, which may be relative, on the same host.</summary>
    private string Follow(PageRequest request, string link)
    {
        // Only the host is compared and only path and query are taken: the credential goes nowhere but to the base address.
        var current = new VendorCall(Target(request), Description, request with { Credential = null }).Address(http.BaseUrl);
        return Uri.TryCreate(current, link, out var next) && string.Equals(next.Host, http.BaseUrl.Host, StringComparison.OrdinalIgnoreCase)
            && !next.PathAndQuery.StartsWith("//", StringComparison.Ordinal)
            ? next.PathAndQuery : throw Broken("a next page on another host, which would get the credential");
    }

    private SourceException Broken(string what) => new($"{Description.Vendor} gives {what} ({Description.Table})", isTransient: false);

    /// <summary>How many pages lie behind, and the mark of the next; a cursor is both, with a space between.</summary>
    private static (int Page, string? Mark) Cursor(PageRequest request)
    {
        if (request.Cursor is not { } cursor)
        {
            return (0, null);
        }

        var space = cursor.IndexOf(' ', StringComparison.Ordinal);
        return (int.Parse(cursor.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture), cursor[(space + 1)..]);
    }

    private string Spell(DateTimeOffset time) => table.Bounds switch
    {
        RestTime.UnixSeconds => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        RestTime.UnixMillis => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        RestTime.Date => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        _ => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
