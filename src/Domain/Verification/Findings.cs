using Sentiment.Domain.Ingestion.Chunks;

namespace Sentiment.Domain.Verification;

/// <summary>What a recount found.</summary>
public sealed class Findings
{
    /// <summary>Problems listed at most; further ones are only counted.</summary>
    public const int MaxListed = 100;

    private readonly List<string> _problems = [];

    /// <summary>Problems, each naming what is wrong and where; the first <see cref="MaxListed"/>.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>How many problems there are.</summary>
    public long ProblemCount { get; private set; }

    /// <summary>Runs recounted.</summary>
    public long Runs { get; internal set; }

    /// <summary>Chunks recounted.</summary>
    public long Chunks { get; internal set; }

    /// <summary>Committed pages recounted from their archived bodies.</summary>
    public long Pages { get; internal set; }

    /// <summary>Items of committed pages.</summary>
    public long Items { get; internal set; }

    /// <summary>Bars of prices of committed pages.</summary>
    public long Bars { get; internal set; }

    /// <summary>Memberships of committed pages.</summary>
    public long Memberships { get; internal set; }

    /// <summary>Quarantined records of committed pages.</summary>
    public long Quarantined { get; internal set; }

    /// <summary>Rows of pages whose checkpoint has not come: the next try finishes them, they are no problem.</summary>
    public long InFlight { get; internal set; }

    /// <summary>Committed pages whose archived body retention has removed: their records are not recounted.</summary>
    public long NotRecounted { get; internal set; }

    /// <summary>Items, bars of prices and quarantined records of known chunks that retention has removed.</summary>
    public long Removed { get; internal set; }

    /// <summary>Whether a stamped row counts; one that does not yet is in flight, one that never will is a problem.</summary>
    internal bool Counts(CommittedChunks chunks, IStamped row, string what)
    {
        switch (chunks.Of(row))
        {
            case Standing.Committed:
                return true;
            case Standing.InFlight:
                InFlight++;
                return false;
            default:
                Add($"{what}: stamped {row.Chunk} page {row.Page}, which does not exist");
                return false;
        }
    }

    internal void Add(string problem)
    {
        ProblemCount++;
        if (_problems.Count < MaxListed)
        {
            _problems.Add(problem);
        }
    }

    internal void Expect(bool holds, string problem)
    {
        if (!holds)
        {
            Add(problem);
        }
    }
}
