namespace Sentiment.Domain.Storage;

/// <summary>Stores that can be read as they were at one moment, while others go on writing.</summary>
public interface ITableSnapshots
{
    /// <summary>Everything committed so far, and nothing that is committed later.</summary>
    /// <param name="cancellationToken">Gives the opening up.</param>
    /// <returns>The snapshot; it holds resources of the store until it is disposed, so keep it no longer than needed.</returns>
    Task<ITableSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken);
}

/// <summary>Reads that all see the same moment.</summary>
public interface ITableSnapshot : ITableReader, IAsyncDisposable
{
    /// <summary>Names of the partitions that have rows and start with the prefix, in ordinal order.</summary>
    /// <param name="prefix">The start of their names; empty for all.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    IAsyncEnumerable<string> PartitionsAsync(string prefix, CancellationToken cancellationToken);
}
