using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Rest;

/// <summary>A JSON API as its file describes it.</summary>
/// <param name="Vendor">Whose credential it needs, and its section below <c>Sources</c>.</param>
/// <param name="BaseUrl">Where it is; https, or http on this machine.</param>
/// <param name="Tables">Its tables.</param>
internal sealed record RestApi(string Vendor, string BaseUrl, IReadOnlyList<RestTable> Tables);

/// <summary>A table of a JSON API as its file describes it.</summary>
internal sealed record RestTable
{
    /// <summary>What the product must know of it.</summary>
    public required SourceDescription Description { get; init; }

    /// <summary>Path and query below the base address, with placeholders.</summary>
    public required string Path { get; init; }

    /// <summary>How <c>{from}</c> and <c>{to}</c> are spelt.</summary>
    public required RestTime Bounds { get; init; }

    /// <summary>Where the list of records is; empty: the body is the list.</summary>
    public required JsonPath Records { get; init; }

    /// <summary>How one page leads to the next.</summary>
    public required RestPaging Paging { get; init; }

    /// <summary>Which fields mean what.</summary>
    public required RestFields Fields { get; init; }
}

/// <summary>How one page of a table leads to the next.</summary>
/// <param name="Style">The style.</param>
/// <param name="Limit">The most records of a page; 0 where the request does not say.</param>
/// <param name="First">The number of the first page.</param>
/// <param name="Next">Where the body has the next page's mark or address; null: in the Link header.</param>
/// <param name="EndsEmpty">Whether only an empty page is the last, for services that cut pages shorter than asked.</param>
internal sealed record RestPaging(PagingStyle Style, int Limit, int First, JsonPath? Next, bool EndsEmpty);

/// <summary>Which fields of a record mean what.</summary>
internal sealed record RestFields
{
    /// <summary>A number or a text.</summary>
    public required JsonPath Id { get; init; }

    /// <summary>What is scored.</summary>
    public required JsonPath Text { get; init; }

    /// <summary>When it was published.</summary>
    public required JsonPath Time { get; init; }

    /// <summary>When the service last touched it; null where it does not say.</summary>
    public JsonPath? Seen { get; init; }

    /// <summary>A link; null where there is none.</summary>
    public JsonPath? Url { get; init; }

    /// <summary>A text or a list of texts; null where there are none.</summary>
    public JsonPath? Tags { get; init; }

    /// <summary>A text or a list of texts that symbols are made of; null: the symbol asked for, or <see cref="Symbol"/>.</summary>
    public JsonPath? Symbols { get; init; }

    /// <summary>The symbol of records without one of their own; null: they have none.</summary>
    public string? Symbol { get; init; }

    /// <summary>How times are spelt.</summary>
    public required RestTime Format { get; init; }
}

/// <summary>How a service spells times.</summary>
internal enum RestTime
{
    /// <summary>RFC 3339; without an offset UTC.</summary>
    Rfc3339,

    /// <summary>Seconds since 1970.</summary>
    UnixSeconds,

    /// <summary>Milliseconds since 1970.</summary>
    UnixMillis,

    /// <summary>A UTC day: 2026-11-01; for bounds only.</summary>
    Date,
}
