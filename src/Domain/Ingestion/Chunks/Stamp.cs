namespace Sentiment.Domain.Ingestion.Chunks;

/// <summary>Which page of which chunk wrote a row; by it a redo recognises its own rows.</summary>
/// <param name="Chunk">The chunk's id.</param>
/// <param name="Page">The page, from 1.</param>
public sealed record Stamp(string Chunk, int Page)
{
    /// <summary>Whether the row is this page's.</summary>
    public bool IsOn(IStamped row) => row.Page == Page && row.Chunk == Chunk;
}

/// <summary>A row that says which page wrote it.</summary>
public interface IStamped
{
    /// <summary>The chunk's id.</summary>
    string Chunk { get; }

    /// <summary>The page of that chunk.</summary>
    int Page { get; }
}
