using System.Collections.Frozen;

namespace Sentiment.Domain.Live;

/// <summary>A change of an entry, to be told.</summary>
/// <param name="Key">Which.</param>
/// <param name="Base">The version that its fields are changed against; null: they are the whole entry.</param>
/// <param name="Fields">The fields; null: the entry is gone.</param>
internal sealed record EntryChange(string Key, long? Base, IReadOnlyList<LiveField>? Fields);

/// <summary>What was last told of a group by this process; used by whoever tells the group, one at a time.</summary>
internal sealed class LiveTold
{
    // Fields that may take a value that they had before: who saw one in between, in a snapshot, must be told again. The others are
    // fixed or only grow, so that a value that was not told again is the one that everybody has.
    private static readonly FrozenSet<string> MayReturn = FrozenSet.Create(
        StringComparer.Ordinal, "status", "reason", "endedAt", "percent", "etaSeconds", "recordsPerSecond", "chunks", "waitingUntil", "mean", "meanLow", "meanHigh", "first", "last", "value", "deliveries");

    private readonly Dictionary<string, (long Version, LiveEntry Entry)> _entries = new(StringComparer.Ordinal);

    /// <summary>The number of the group's last message.</summary>
    public long Seq { get; set; }

    /// <summary>The version of what was told last.</summary>
    public long Version { get; set; }

    /// <summary>Whether the group has to be told as a whole, for nobody knows what arrived.</summary>
    public bool IsLost { get; private set; }

    /// <summary>What of some entries is news.</summary>
    /// <param name="kind">Of which kind of group they are.</param>
    /// <param name="entries">As they are now.</param>
    public IReadOnlyList<EntryChange> News(LiveKind kind, IReadOnlyList<LiveEntry> entries)
    {
        var news = new List<EntryChange>(entries.Count);
        foreach (var entry in entries)
        {
            if (!_entries.TryGetValue(entry.Key, out var told))
            {
                news.Add(new(entry.Key, null, entry.Fields));
            }
            else if (entry.Changed(told.Entry) is { Count: > 0 } changed)
            {
                var known = changed.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
                IReadOnlyList<LiveField> fields = [.. changed, .. entry.Fields.Where(f => MayReturn.Contains(f.Name) && !known.Contains(f.Name))];
                news.Add(fields.Count < entry.Fields.Count ? new(entry.Key, told.Version, fields) : new(entry.Key, null, entry.Fields));
            }
        }

        if (kind is LiveKind.Runs or LiveKind.Metrics)
        {
            // Their entries are all there is. Items and bars leave by themselves: newer ones and time push them out.
            var there = entries.Select(e => e.Key).ToHashSet(StringComparer.Ordinal);
            news.AddRange(_entries.Keys.Where(k => !there.Contains(k)).Select(k => new EntryChange(k, null, null)));
        }

        return news;
    }

    /// <summary>Remembers what was told; of items nothing, for they do not change but for their symbols.</summary>
    public void Tell(LiveKind kind, IReadOnlyList<LiveEntry> entries, IReadOnlyList<EntryChange> news, long version)
    {
        IsLost = false;
        if (kind == LiveKind.Items)
        {
            return;
        }

        var changed = news.Select(n => n.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in news.Where(n => n.Fields is null))
        {
            _entries.Remove(gone.Key);
        }

        foreach (var entry in entries.Where(e => changed.Contains(e.Key)))
        {
            _entries[entry.Key] = (version, entry);
        }

        if (kind == LiveKind.Alerts)
        {
            // Older ones leave by themselves, as items do.
            var there = entries.Select(e => e.Key).ToHashSet(StringComparer.Ordinal);
            foreach (var old in _entries.Keys.Where(k => !there.Contains(k)).ToList())
            {
                _entries.Remove(old);
            }
        }

        if (kind == LiveKind.Trends && _entries.Count > 2 * (LiveBars.Hours + LiveBars.Minutes))
        {
            Trim("1h|", LiveBars.Hours);
            Trim("1m|", LiveBars.Minutes);
        }
    }

    /// <summary>Forgets what was told, for it may not have arrived.</summary>
    public void Lose()
    {
        _entries.Clear();
        IsLost = true;
    }

    private void Trim(string prefix, int keep)
    {
        foreach (var old in _entries.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).OrderDescending(StringComparer.Ordinal).Skip(keep).ToList())
        {
            _entries.Remove(old);
        }
    }
}
