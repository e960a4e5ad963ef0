namespace Sentiment.Adapters.Sqlite;

/// <summary>Where the table file lies and how it is used.</summary>
public sealed class SqliteOptions
{
    /// <summary>The file; its folder is created with it.</summary>
    public string Path { get; set; } = "";

    /// <summary>Only reads: nothing is created, writes are refused, and a missing file is an empty store.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>What an acknowledged write survives.</summary>
    public SqliteDurability Durability { get; set; } = SqliteDurability.Process;

    /// <summary>The most connections that read at once, besides snapshots.</summary>
    public int ReadConnections { get; set; } = Math.Max(4, Environment.ProcessorCount);

    /// <summary>The most writes that wait; further callers wait for room.</summary>
    public int QueuedWrites { get; set; } = 256;

    /// <summary>How long another process may hold the file before a write or read gives up.</summary>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>What an acknowledged write survives.</summary>
public enum SqliteDurability
{
    /// <summary>The end of the process, however abrupt; a power cut may take the last writes but leaves the file consistent.</summary>
    Process,

    /// <summary>A power cut as well, for the price of a disk flush per commit.</summary>
    PowerLoss,
}
