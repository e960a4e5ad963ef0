namespace Sentiment.Domain.Sources;

/// <summary>What a source declares of itself; planner, tenants file, fetcher and answers' classification follow it.</summary>
/// <param name="Table">Its name in tenants files and items, such as <c>tiingo/news</c>.</param>
/// <param name="Vendor">Whose credential it needs, such as <c>tiingo</c>.</param>
/// <param name="Axis">How its chunks are cut.</param>
/// <param name="Cursor">Which date it advances on.</param>
/// <param name="Lookback">How far before its watermark a window starts.</param>
/// <param name="SymbolsPerChunk">The most symbols in a chunk.</param>
/// <param name="DaysPerChunk">The most days in a chunk; used by <see cref="ChunkAxis.SymbolDays"/>.</param>
public sealed record SourceDescription(
    string Table, string Vendor, ChunkAxis Axis, CursorDate Cursor, TimeSpan Lookback, int SymbolsPerChunk, int DaysPerChunk)
{
    /// <summary>In <see cref="OwnSymbols"/>: whatever symbols its records name.</summary>
    public const string AnySymbol = "*";

    /// <summary>What its records are, which decides how a page is committed; default texts.</summary>
    public StreamKind Kind { get; init; } = StreamKind.Texts;

    /// <summary>How long a bar of a stream of prices lasts; zero for texts.</summary>
    public TimeSpan BarLength { get; init; }

    /// <summary>How the credential travels; by default the tenant's own is needed, in a header.</summary>
    public SourceAuth Auth { get; init; } = new(AuthPlace.Header, "Authorization");

    /// <summary>How one page leads to the next; default: an answer is the only page.</summary>
    public PagingStyle Paging { get; init; } = PagingStyle.None;

    /// <summary>The most records of a page; 0: as many as there are.</summary>
    public int PageSize { get; init; }

    /// <summary>Records of a page that the next one repeats.</summary>
    public int PageOverlap { get; init; }

    /// <summary>The most symbols that a chunk may grow to where few records come; at most <c>SymbolsPerChunk</c> by default.</summary>
    public int MostSymbolsPerChunk { get; init; } = SymbolsPerChunk;

    /// <summary>The most days that a chunk may grow to where few records come; at most <c>DaysPerChunk</c> by default.</summary>
    public int MostDaysPerChunk { get; init; } = DaysPerChunk;

    /// <summary>How often it is worth asking: a symbol is left out of a run until its watermark is so old. Default: in every run.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>Records to reckon with for a symbol and a day before any was read; default 20.</summary>
    public double RecordsPerSymbolDay { get; init; } = 20;

    /// <summary>The limits that a call counts against, such as <c>tiingo/hour</c>; none where the vendor names none.</summary>
    public IReadOnlyList<string> Limits { get; init; } = [];

    /// <summary>How much of each limit a call uses up; default 1.</summary>
    public int CallCost { get; init; } = 1;

    /// <summary>What answers with status 200 mean that hold no records; the first rule that fits decides, none: it fails for good.</summary>
    public IReadOnlyList<AnswerRule> Answers { get; init; } = [];

    /// <summary>
    /// The symbols of a stream that is not asked for by symbol, instead of the tenant's: <see cref="AnySymbol"/>, or
    /// those that its records are filed under. Null: the tenant's.
    /// </summary>
    public IReadOnlyList<string>? OwnSymbols { get; init; }

    /// <summary>
    /// Whether its stream follows the stock market's hours, so that outside of them what is known may be kept for hours;
    /// default false: it is asked anew by every run.
    /// </summary>
    public bool FollowsMarket { get; init; }

    /// <summary>Of a stream that follows the market, the symbols that do not, for they are traded around the clock; default none.</summary>
    public IReadOnlyList<string> AroundTheClock { get; init; } = [];

    /// <summary>Whether a call for these symbols follows the market.</summary>
    /// <param name="symbols">The call's.</param>
    public bool FollowsMarketFor(IReadOnlyList<string> symbols) => FollowsMarket && !symbols.Any(AroundTheClock.Contains);

    /// <summary>The symbols that are watched on this table.</summary>
    /// <param name="tenants">The tenant's.</param>
    public IReadOnlyList<string> SymbolsOf(IReadOnlyList<string> tenants) => OwnSymbols ?? tenants;
}

/// <summary>What the records of a stream are.</summary>
public enum StreamKind
{
    /// <summary>Texts, which are scored and become items.</summary>
    Texts,

    /// <summary>Bars of prices, one symbol a chunk.</summary>
    Prices,
}

/// <summary>How a credential travels.</summary>
/// <param name="Place">Where.</param>
/// <param name="Name">The header's or parameter's name; empty without a credential.</param>
/// <param name="Prefix">What stands before the secret, such as <c>Token </c>; default nothing.</param>
/// <param name="Credential">The <c>env:NAME</c> or <c>keyvault:NAME</c> used for tenants without one of their own; never the secret. Null: each tenant needs its own.</param>
public sealed record SourceAuth(AuthPlace Place, string Name, string Prefix = "", string? Credential = null)
{
    /// <summary>A source that anybody may call.</summary>
    public static SourceAuth Open { get; } = new(AuthPlace.None, "");
}

/// <summary>Where a credential travels.</summary>
public enum AuthPlace
{
    /// <summary>Nowhere: none is needed.</summary>
    None,

    /// <summary>In a header.</summary>
    Header,

    /// <summary>In the query, because the vendor takes no header; such an address is never logged nor quoted.</summary>
    Query,
}

/// <summary>How one page leads to the next.</summary>
public enum PagingStyle
{
    /// <summary>There is one page.</summary>
    None,

    /// <summary>By the number of the page.</summary>
    Page,

    /// <summary>By the number of records before it.</summary>
    Offset,

    /// <summary>By a mark that the vendor hands out.</summary>
    Cursor,

    /// <summary>By the address of the next page, in a Link header or the body.</summary>
    Link,

    /// <summary>By the time of the last record.</summary>
    Time,

    /// <summary>By the id of the newest record.</summary>
    Id,
}

/// <summary>What an answer means that came with status 200 and holds no records.</summary>
/// <param name="Text">What its body contains, in any case.</param>
/// <param name="Meaning">What to do.</param>
/// <param name="Wait">How long to wait for <see cref="AnswerMeaning.Wait"/>, unless the answer itself states it.</param>
public sealed record AnswerRule(string Text, AnswerMeaning Meaning, TimeSpan Wait = default);

/// <summary>What to do about an answer without records.</summary>
public enum AnswerMeaning
{
    /// <summary>Nothing: there are no records.</summary>
    Empty,

    /// <summary>Try again soon: transient.</summary>
    Retry,

    /// <summary>Wait for a time; burns no attempt.</summary>
    Wait,

    /// <summary>Wait until the next day in UTC: the day's quota is used up.</summary>
    WaitForNextDay,

    /// <summary>The credential or the plan does not allow it: the table stops.</summary>
    Stop,
}
