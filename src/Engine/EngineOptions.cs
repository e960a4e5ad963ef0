namespace Sentiment.Engine;

/// <summary>What a commit survives.</summary>
public enum EngineDurability
{
    /// <summary>
    /// The end of the process at any instant. A power cut may undo the last moments, acknowledged starts and events
    /// included; the file stays sound.
    /// </summary>
    ProcessCrash,

    /// <summary>
    /// As <see cref="ProcessCrash"/>, and what a client was told (start, event, suspend, resume, terminate, purge) also
    /// survives a power cut. A power cut may only make activities run again.
    /// </summary>
    Acknowledged,

    /// <summary>Every commit survives a power cut, at the price of a disk sync for each.</summary>
    PowerLoss,
}

/// <summary>How the embedded engine runs.</summary>
public sealed class EngineOptions
{
    /// <summary>The engine's SQLite file; its folder must exist. One engine at a time may have it open.</summary>
    public string Path { get; set; } = "";

    /// <summary>Activities that may run at a time, 1 to 4,096; by default twice the number of cores, at least 8.</summary>
    public int MaxConcurrentActivities { get; set; } = Math.Max(8, 2 * Environment.ProcessorCount);

    /// <summary>What a commit survives.</summary>
    public EngineDurability Durability { get; set; } = EngineDurability.Acknowledged;

    /// <summary>The most writes that wait for the disk before callers wait too, 1 to 65,536.</summary>
    public int MaxQueuedWrites { get; set; } = 4096;

    /// <summary>The most writes that share one transaction, 1 to 65,536.</summary>
    public int MaxGroupCommit { get; set; } = 512;

    /// <summary>How long a stop waits for activities that were told to cancel; zero or more.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Take up only instances whose id begins with one of these; null: all. Others stay on disk as they are and can be read.</summary>
    public IReadOnlyList<string>? InstanceIdPrefixes { get; set; }

    /// <summary>Whether an instance is taken up.</summary>
    internal bool TakesUp(string instanceId) => InstanceIdPrefixes?.Any(p => instanceId.StartsWith(p, StringComparison.Ordinal)) ?? true;

    /// <summary>Whether opening reads the whole file once to find damage early; about a second per GB.</summary>
    public bool CheckFileAtStart { get; set; } = true;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Path)) throw new ArgumentException("Path must name the engine's file.", nameof(Path));
        InRange(MaxConcurrentActivities, 4096, nameof(MaxConcurrentActivities));
        InRange(MaxQueuedWrites, 65536, nameof(MaxQueuedWrites));
        InRange(MaxGroupCommit, 65536, nameof(MaxGroupCommit));
        if (StopTimeout < TimeSpan.Zero || StopTimeout > TimeSpan.FromDays(1))
        {
            throw new ArgumentException("StopTimeout must be from zero to one day.", nameof(StopTimeout));
        }

        if (!Enum.IsDefined(Durability)) throw new ArgumentException("Durability is not a known value.", nameof(Durability));
    }

    private static void InRange(int value, int highest, string name)
    {
        if (value < 1 || value > highest) throw new ArgumentException($"{name} must be 1 to {highest}; it is {value}.", name);
    }
}
