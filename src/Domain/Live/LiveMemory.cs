namespace Sentiment.Domain.Live;

/// <summary>What was last told of the groups that are told; the one that was told longest ago gives way.</summary>
internal sealed class LiveMemory
{
    /// <summary>The most groups remembered: one that was forgotten is told whole entries again.</summary>
    public const int Capacity = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<LiveGroup, (LiveTold Told, long Use)> _told = [];
    private long _uses;
    private long _seq;

    /// <summary>What was told of a group, for whoever tells it next.</summary>
    public LiveTold Of(LiveGroup group)
    {
        lock (_gate)
        {
            var known = _told.TryGetValue(group, out var entry);
            if (!known && _told.Count >= Capacity)
            {
                _told.Remove(_told.MinBy(t => t.Value.Use).Key);
            }

            // No number of a message is used twice, though the group was forgotten.
            var told = known ? entry.Told : new LiveTold { Seq = _seq };
            _told[group] = (told, ++_uses);
            return told;
        }
    }

    /// <summary>The number of a group's next message.</summary>
    public long Next(LiveTold told)
    {
        lock (_gate)
        {
            _seq = Math.Max(_seq, ++told.Seq);
            return told.Seq;
        }
    }

    /// <summary>Forgets a group that nobody watches.</summary>
    public void Forget(LiveGroup group)
    {
        lock (_gate)
        {
            _told.Remove(group);
        }
    }
}
