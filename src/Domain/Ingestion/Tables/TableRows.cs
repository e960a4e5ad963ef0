namespace Sentiment.Domain.Ingestion.Tables;

/// <summary>How far a tenant's table is known to be complete.</summary>
/// <param name="At">Everything before it has been fetched, for the symbols named.</param>
/// <param name="Symbols">The symbols it holds for; one added later starts with its own history.</param>
public sealed record Watermark(DateTimeOffset At, IReadOnlyList<string> Symbols);

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
