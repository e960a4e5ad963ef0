namespace Sentiment.Adapters.Files;

/// <summary>Where the files lie and how they are written.</summary>
public sealed class FileBlobOptions
{
    /// <summary>The folder; made with the first blob.</summary>
    public string Root { get; set; } = "";

    /// <summary>Whether a stored blob survives a power cut, for the price of disk flushes; the end of the process it survives anyway.</summary>
    public bool FlushToDisk { get; set; } = true;

    /// <summary>Only reads: nothing is created or cleaned up, and writes are refused.</summary>
    public bool ReadOnly { get; set; }
}
