using System.ComponentModel.DataAnnotations;

namespace Sentiment.Domain.Caching;

/// <summary>How documents that are read are kept; section <c>Reads</c>.</summary>
public sealed record ReadOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Reads";

    /// <summary>Life where every process learns at once of what is committed.</summary>
    public const int SecondsWherePagesAreHeardOf = 30;

    /// <summary>Life where processes do not learn of what others commit.</summary>
    public const int SecondsWhereTheyAreNot = 10;

    /// <summary>
    /// Seconds for which a document is good; 0 to 300, default 0: what fits the host, which is 30 on one machine and with Redis,
    /// and 10 on Azure without, where a process does not learn of the pages that another commits.
    /// </summary>
    [Range(0, 300)]
    public int Seconds { get; init; }

    /// <summary>MiB of memory for documents, compressed; 1 to 4,096, default 64.</summary>
    [Range(1, 4096)]
    public int MemoryMiB { get; init; } = 64;
}
