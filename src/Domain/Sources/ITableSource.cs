using Sentiment.Domain.Quotas;

namespace Sentiment.Domain.Sources;

/// <summary>A stream that a vendor serves, such as <c>tiingo/news</c>; how it is asked and how it answers.</summary>
public interface ITableSource
{
    /// <summary>What the planner must know of it.</summary>
    SourceDescription Description { get; }

    /// <summary>
    /// Asks the vendor for one page, unless its answer to the same request is kept and still good. Transient errors are
    /// retried inside, short waits included.
    /// </summary>
    /// <returns>The body, complete, as it was received; it has been checked to be JSON of the expected shape.</returns>
    /// <exception cref="SourceWaitException">The vendor, or what it permits, wants a wait of more than 5 s; no attempt was burnt.</exception>
    /// <exception cref="SourceStoppedException">401 or 403: the table must stop.</exception>
    /// <exception cref="SourceException">It failed transiently once too often, or permanently.</exception>
    Task<SourceBody> FetchAsync(PageRequest request, CancellationToken cancellationToken);

    /// <summary>Reads a body; a pure function, so that a redo reads an archived body alike.</summary>
    /// <exception cref="SourceException">The body is not JSON (transient) or has another shape (permanent).</exception>
    SourcePage Parse(PageRequest request, SourceBody body);
}

/// <summary>How the chunks of a table are cut.</summary>
public enum ChunkAxis
{
    /// <summary>Offset-paged, or one stream without symbols: a chunk is a batch of symbols over the whole window.</summary>
    SymbolBatch,

    /// <summary>Date-bounded: a chunk is one symbol and some days.</summary>
    SymbolDays,
}

/// <summary>Which of an item's dates a window without explicit bounds is about.</summary>
public enum CursorDate
{
    /// <summary>When it was published; vendors back-date, so the lookback is long.</summary>
    Published,

    /// <summary>When the vendor first saw it; grows with time.</summary>
    Crawled,
}

/// <summary>Which page is wanted.</summary>
/// <param name="Symbols">Upper-case symbols of the chunk.</param>
/// <param name="From">The window's start, inclusive.</param>
/// <param name="To">The window's end, exclusive.</param>
/// <param name="Window">Which date the window is about: published when the caller gave explicit bounds.</param>
/// <param name="Cursor">Where the last page ended; null for the first.</param>
/// <param name="Credential">The secret; never logged, null when a parse needs none.</param>
public sealed record PageRequest(
    IReadOnlyList<string> Symbols, DateTimeOffset From, DateTimeOffset To, CursorDate Window, string? Cursor, string? Credential)
{
    /// <summary>Whose call it is: tenants that share a credential take turns.</summary>
    public string Tenant { get; init; } = "";

    /// <summary>Who goes first where the vendor permits few calls.</summary>
    public CallPriority Priority { get; init; } = CallPriority.Scheduled;

    /// <summary>After it nobody comes back for a permit; null: the caller waits as long as it takes.</summary>
    public DateTimeOffset? WaitsUntil { get; init; }

    /// <summary>
    /// A kept answer must have been asked for no earlier; null: any will do. Offsets shift while records arrive, so a page
    /// older than the one before it would leave out what moved from the one to the other.
    /// </summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Whether the vendor is left alone: only what it said before is wanted, however long ago it went out of date.</summary>
    public bool OnlyKept { get; init; }

    /// <summary>Without the credential.</summary>
    public override string ToString() => $"{string.Join(',', Symbols)} {From:O}..{To:O} cursor={Cursor}";
}

/// <summary>A received body.</summary>
/// <param name="Bytes">The bytes as received, decompressed.</param>
/// <param name="FetchedAt">When the request was sent: the answer covers time up to then, also where it was kept since.</param>
public sealed record SourceBody(ReadOnlyMemory<byte> Bytes, DateTimeOffset FetchedAt)
{
    /// <summary>
    /// The address of the next page that the answer's Link header gave; null on an archived body, whose page row has
    /// pinned what it led to.
    /// </summary>
    public string? NextLink { get; init; }
}

/// <summary>A page as read.</summary>
/// <param name="Records">Every record the body holds, in its order, valid or not.</param>
/// <param name="NextCursor">Asks for the next page; null when this was the last.</param>
public sealed record SourcePage(IReadOnlyList<SourceRecord> Records, string? NextCursor);

/// <summary>One record as the vendor gave it; the ingestion decides whether it is valid.</summary>
/// <param name="SourceId">The vendor's id as a string; null if missing or of the wrong type.</param>
/// <param name="Title">The headline, HTML entities decoded; null if missing or of the wrong type.</param>
/// <param name="Url">The link; null unless it is an absolute http or https one.</param>
/// <param name="PublishedAt">When it was published, UTC; null if missing or not readable.</param>
/// <param name="CrawledAt">When the vendor first saw it, UTC; null where the vendor does not say.</param>
/// <param name="Symbols">Upper-case symbols it is about, as the vendor says, without repeats.</param>
/// <param name="Raw">The record's own bytes in the body.</param>
public sealed record SourceRecord(
    string? SourceId, string? Title, string? Url, DateTimeOffset? PublishedAt, DateTimeOffset? CrawledAt,
    IReadOnlyList<string> Symbols, ReadOnlyMemory<byte> Raw)
{
    /// <summary>The vendor's own score in millionths, −1,000,000 (negative) to 1,000,000; null where it gives none.</summary>
    public int? VendorScore { get; init; }

    /// <summary>Symbol → how much the record is about it, as the vendor says, 0 to 1,000,000; null where it does not say.</summary>
    public IReadOnlyDictionary<string, int>? Relevance { get; init; }

    /// <summary>The vendor's tags, without repeats; null where it gives none.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>What it says of prices, from <see cref="PublishedAt"/> on; null in a stream of texts.</summary>
    public SourceBar? Bar { get; init; }
}

/// <summary>The prices of one symbol over a period, as the vendor gave them.</summary>
/// <param name="Open">The first price; null if missing or no number.</param>
/// <param name="High">The highest price; null if missing or no number.</param>
/// <param name="Low">The lowest price; null if missing or no number.</param>
/// <param name="Close">The last price; null if missing or no number.</param>
/// <param name="Volume">How much was traded; null if missing or no number.</param>
/// <param name="HasVolume">Whether the vendor gives a volume, a number or not.</param>
/// <param name="Period">How long it lasts from its start.</param>
public sealed record SourceBar(decimal? Open, decimal? High, decimal? Low, decimal? Close, decimal? Volume, bool HasVolume, TimeSpan Period);

/// <summary>A page could not be had.</summary>
/// <param name="message">What happened; never contains a credential.</param>
/// <param name="isTransient">Whether a later attempt may succeed.</param>
/// <param name="inner">The cause.</param>
public class SourceException(string message, bool isTransient, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether a later attempt may succeed.</summary>
    public bool IsTransient { get; } = isTransient;
}

/// <summary>The vendor asks to wait until a time; not a failure.</summary>
public sealed class SourceWaitException(string message, DateTimeOffset until) : SourceException(message, true)
{
    /// <summary>When to come back.</summary>
    public DateTimeOffset Until { get; } = until;

    /// <summary>Whether it has been failing, rather than that its limits are used up.</summary>
    public bool IsFailing { get; init; }
}

/// <summary>The credential or the plan does not allow it: the table stops with this reason.</summary>
public sealed class SourceStoppedException(string message) : SourceException(message, false)
{
    /// <summary>The HTTP status that said so; null: the body did.</summary>
    public int? Status { get; init; }
}
