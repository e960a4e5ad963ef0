using System.Text.RegularExpressions;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;

namespace Sentiment.Adapters.Rest;

/// <summary>Reads one table of a file that describes a JSON API.</summary>
internal sealed class RestTableReading(RestSection section, string vendor, SourceAuth auth)
{
    private const int MaxLimit = 10_000;
    private const int MaxLookbackHours = 24 * 90;

    /// <summary>The table; where the file is wrong it stands for nothing, and the file's problems say so.</summary>
    /// <param name="names">What a table is called.</param>
    public RestTable Read(Regex names)
    {
        section.Only("name", "path", "bounds", "records", "paging", "fields", "cursor", "lookbackHours", "daysPerChunk");
        var name = section.Text("name", t => names.IsMatch(t) && !RestFile.Taken.Contains(t.Split('/')[0], StringComparer.Ordinal)
            ? null : $"a name such as \"service/tickets\" expected: two parts of [a-z0-9-], the first none of {string.Join(", ", RestFile.Taken)}");
        var paging = Paging(section.Section("paging", isOptional: false));
        var path = section.Text("path", t => PathProblem(t, paging));
        var placeholders = RestTemplate.NamesIn(path);
        var isAsked = placeholders.Contains("symbol");
        var fields = Fields(section.Section("fields", isOptional: false), isAsked);
        var cursor = section.Word<CursorDate>("cursor", CursorDate.Published, ("published", CursorDate.Published), ("seen", CursorDate.Crawled));
        if (cursor == CursorDate.Crawled && fields.Seen is null)
        {
            section.Problem("cursor", "\"seen\" needs the field \"seen\"");
        }

        var lookback = section.Number("lookbackHours", cursor == CursorDate.Published ? 72 : 1, 0, MaxLookbackHours);
        var days = section.Number("daysPerChunk", 0, 0, 366);
        if (days > 0 && !(placeholders.Contains("from") && placeholders.Contains("to")))
        {
            section.Problem("daysPerChunk", "needs {from} and {to} in the path, or every chunk would fetch everything");
        }

        return new()
        {
            Path = path,
            Bounds = section.Word<RestTime>(
                "bounds", RestTime.Rfc3339, ("rfc3339", RestTime.Rfc3339), ("unixSeconds", RestTime.UnixSeconds), ("unixMillis", RestTime.UnixMillis), ("date", RestTime.Date)),
            Records = section.Place("records", "$"),
            Paging = paging,
            Fields = fields,
            Description = new(
                name, vendor, days > 0 ? ChunkAxis.SymbolDays : ChunkAxis.SymbolBatch, cursor, TimeSpan.FromHours(lookback), SymbolsPerChunk: 1, DaysPerChunk: days)
            {
                Auth = auth,
                Paging = paging.Style,
                PageSize = paging.Limit,
                Limits = [vendor],
                Answers = [new("limit", AnswerMeaning.Retry)],
                OwnSymbols = isAsked ? null : fields is { Symbols: null, Symbol: { } only } ? [only] : [SourceDescription.AnySymbol],
            },
        };
    }

    private static RestPaging Paging(RestSection? paging)
    {
        if (paging is null)
        {
            return new(PagingStyle.None, 0, 0, null, false);
        }

        paging.Only("style", "limit", "first", "next", "ends");
        var style = paging.Word<PagingStyle>(
            "style", null, ("none", PagingStyle.None), ("page", PagingStyle.Page), ("offset", PagingStyle.Offset), ("cursor", PagingStyle.Cursor), ("link", PagingStyle.Link));
        var counts = style is PagingStyle.Page or PagingStyle.Offset;
        if (style == PagingStyle.Cursor && !paging.Has("next"))
        {
            paging.Problem("next", "the path of the next page's cursor in the body expected");
        }

        return new(
            style, paging.Number("limit", counts ? null : 0, counts ? 1 : 0, MaxLimit), paging.Number("first", 1, 0, 1),
            paging.OptionalPlace("next"), paging.Word<bool>("ends", false, ("short", false), ("empty", true)));
    }

    private static RestFields Fields(RestSection? fields, bool isAsked)
    {
        fields ??= new(default, "$", []);
        fields.Only("id", "text", "time", "seen", "url", "tags", "symbols", "symbol", "timeFormat");
        var read = new RestFields
        {
            Id = fields.Place("id"),
            Text = fields.Place("text"),
            Time = fields.Place("time"),
            Seen = fields.OptionalPlace("seen"),
            Url = fields.OptionalPlace("url"),
            Tags = fields.OptionalPlace("tags"),
            Symbols = fields.OptionalPlace("symbols"),
            Symbol = fields.OptionalText("symbol", t => SymbolRules.IsSymbol(t) ? null : "a symbol expected: [A-Z0-9][A-Z0-9.^=/-], at most 32 characters"),
            Format = fields.Word<RestTime>(
                "timeFormat", RestTime.Rfc3339, ("rfc3339", RestTime.Rfc3339), ("unixSeconds", RestTime.UnixSeconds), ("unixMillis", RestTime.UnixMillis)),
        };
        if (!isAsked && read is { Symbols: null, Symbol: null } && !fields.Has("symbol"))
        {
            fields.Problem("symbol", "where the path has no {symbol}, \"symbols\" (a path) or \"symbol\" (a constant) expected");
        }

        return read;
    }

    private static string? PathProblem(string path, RestPaging paging)
    {
        if (path.Length == 0 || path[0] is '/' or '?' || path.Contains("//", StringComparison.Ordinal) || path.Contains("..", StringComparison.Ordinal)
            || path.Any(c => c is <= ' ' or > '~' or '\\' or '#') || path.Split('?')[0].Contains(':', StringComparison.Ordinal))
        {
            return "a path below baseUrl expected, such as \"service/tickets?from={from}\"";
        }

        var names = RestTemplate.NamesIn(path);
        var unknown = names.FirstOrDefault(n => !RestTemplate.Names.Contains(n));
        var needed = paging.Style switch { PagingStyle.Page => "page", PagingStyle.Offset => "offset", PagingStyle.Cursor => "cursor", _ => null };
        return unknown is not null ? $"{{{unknown}}} is none of {string.Join(", ", RestTemplate.Names.Select(n => $"{{{n}}}"))}"
            : needed is not null && !names.Contains(needed) ? $"{{{needed}}} expected, which this paging needs"
            : names.FirstOrDefault(n => n is "page" or "offset" or "cursor" && n != needed) is { } odd ? $"{{{odd}}} does not go with this paging"
            : names.Contains("limit") && paging.Limit == 0 ? "{limit} needs paging.limit"
            : null;
    }
}
