using System.Globalization;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Workflows;

namespace Sentiment.Api.Requests;

/// <summary>Reads the query parameters that lists have in common; what is not as expected is a <see cref="RequestProblem"/>.</summary>
internal static class Query
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;
    private const int MaxNameLength = 100;

    // Times are reckoned with; what is far from all records is a mistake.
    private const int FirstYear = 1900;
    private const int EndYear = 2200;

    /// <summary><c>limit</c>: 1 to 1,000, default 100.</summary>
    public static int Limit(string? limit) => limit is null ? DefaultLimit
        : int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= MaxLimit
            ? count : throw RequestProblem.Bad("limit", $"a number from 1 to {MaxLimit} expected");

    /// <summary>A time; null where there is none.</summary>
    public static DateTimeOffset? Time(string name, string? text) => text is null ? null
        : Rfc3339.TryParse(text, out var time) && time.Year is >= FirstYear and < EndYear
            ? time : throw RequestProblem.Bad(name, $"a time as in {Rfc3339.Expected}, of the years {FirstYear} to {EndYear - 1}");

    /// <summary><c>from</c>, inclusive, and <c>to</c>, exclusive; null: open.</summary>
    public static (DateTimeOffset? From, DateTimeOffset? To) Span(string? from, string? to)
    {
        var (start, end) = (Time("from", from), Time("to", to));
        return start >= end ? throw RequestProblem.Bad("from", "a time before 'to' expected") : (start, end);
    }

    /// <summary><c>symbol</c> in upper case; null where there is none.</summary>
    public static string? Symbol(string? symbol) => symbol is null ? null
        : symbol.ToUpperInvariant() is { } upper && SymbolRules.IsSymbol(upper)
            ? upper : throw RequestProblem.Bad("symbol", $"a symbol of [A-Z0-9][A-Z0-9.^=/-], at most {SymbolRules.MaxLength} characters, expected");

    /// <summary><c>symbol</c> in upper case, which must be there.</summary>
    public static string OneSymbol(string? symbol) => Symbol(symbol ?? "")!;

    /// <summary>A name such as a table's; null where there is none.</summary>
    public static string? Name(string name, string? value) =>
        value is null || (value.Length is > 0 and <= MaxNameLength && !value.Any(char.IsControl))
            ? value : throw RequestProblem.Bad(name, $"1 to {MaxNameLength} characters expected");

    /// <summary>A run's id; what cannot be one is none that there is.</summary>
    public static string Run(string id) =>
        id.Length <= InstanceIds.MaxLength && TableLimits.Escape(id) == id ? id : throw RequestProblem.NoRun(id);
}
