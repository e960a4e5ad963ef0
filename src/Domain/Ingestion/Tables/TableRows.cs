namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>How far a tenant's table is known to be complete.</summary>
/// <param name="At">Everything before it has been fetched, for the symbols named.</param>
/// <param name="Symbols">The symbols it holds for; one added later starts with its own history.</param>
public sealed record Watermark(DateTimeOffset At, IReadOnlyList<string> Symbols)
{
    /// <summary>Symbols that are complete up to a later time than <see cref="At"/>; null: none.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset>? Ahead { get; init; }

    /// <summary>What the table's pages were like of late; null where none was read yet.</summary>
    public TablePace? Pace { get; init; }

    /// <summary>Up to when a symbol is complete; null where nothing is known of it.</summary>
    public DateTimeOffset? Of(string symbol) =>
        Ahead?.TryGetValue(symbol, out var ahead) == true ? ahead : Symbols.Contains(symbol) ? At : null;
}

/// <summary>Which run is at a tenant's table.</summary>
/// <param name="Run">The run.</param>
public sealed record Claim(string Run);

/// <summary>A span of a tenant's table that was fetched.</summary>
/// <param name="Symbols">For these symbols.</param>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive; never after the fetch.</param>
/// <param name="Window">Which date it is about.</param>
/// <param name="Chunk">The chunk that fetched it.</param>
public sealed record Coverage(
    IReadOnlyList<string> Symbols, DateTimeOffset From, DateTimeOffset To, Sources.CursorDate Window, string Chunk);
