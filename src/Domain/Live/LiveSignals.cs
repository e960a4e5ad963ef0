using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Sentiment.Domain.Diagnostics;

namespace Sentiment.Domain.Live;

/// <summary>
/// Gathers what of which groups has changed until it is told. A signal costs a look-up under a lock; nobody waits for the
/// publisher, whatever the hub does.
/// </summary>
/// <remarks>
/// Bounded: past <see cref="MaxGroups"/> groups that wait to be told further ones are left out, and past <see cref="MaxRuns"/> runs
/// the oldest; clients learn of what was left out from their next snapshot. A group's own changes are bounded by
/// <see cref="LiveChange"/>, which then asks for the group as a whole.
/// </remarks>
/// <param name="time">The clock.</param>
public sealed class LiveSignals(TimeProvider time) : ILiveSignals
{
    /// <summary>The most groups that may wait to be told.</summary>
    public const int MaxGroups = 10_000;

    /// <summary>The most runs whose tenants are still to be looked up.</summary>
    public const int MaxRuns = 1000;

    private readonly Lock _gate = new();

    // A group stands here from its first change until it has been idle for an interval; null: all that changed is being told.
    private readonly Dictionary<LiveGroup, LiveChange?> _open = [];
    private readonly Channel<LiveGroup> _ready = Channel.CreateUnbounded<LiveGroup>(new() { SingleReader = true });
    private readonly Channel<string> _runs = Channel.CreateBounded<string>(
        new BoundedChannelOptions(MaxRuns) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, static _ => SentimentMeter.LiveDropped.Add(1));

    /// <summary>Groups that have changed and were idle; each once until it is idle again.</summary>
    internal ChannelReader<LiveGroup> Ready => _ready.Reader;

    /// <summary>Runs that have changed for all of their tenants.</summary>
    internal ChannelReader<string> Runs => _runs.Reader;

    /// <summary>Groups that have changed or are being told.</summary>
    internal int Open
    {
        get
        {
            lock (_gate)
            {
                return _open.Count;
            }
        }
    }

    /// <inheritdoc/>
    public void RunsChanged(string tenant) => Whole(new(tenant, LiveKind.Runs));

    /// <inheritdoc/>
    public void RunChanged(string run) => _runs.Writer.TryWrite(run);

    /// <inheritdoc/>
    public void MetricsChanged(string tenant) => Whole(new(tenant, LiveKind.Metrics));

    /// <inheritdoc/>
    public void AlertsChanged(string tenant) => Whole(new(tenant, LiveKind.Alerts));

    /// <summary>A change that is heard of now, with nothing in it yet.</summary>
    internal LiveChange Begin() => new(time.GetTimestamp());

    /// <summary>Any of a group may have changed.</summary>
    internal void Whole(LiveGroup group)
    {
        var change = Begin();
        change.AddWhole();
        Add([KeyValuePair.Create(group, change)]);
    }

    /// <summary>Takes in what has changed, at once: none of it is told before all of it is known.</summary>
    internal void Add(IReadOnlyCollection<KeyValuePair<LiveGroup, LiveChange>> changes)
    {
        lock (_gate)
        {
            foreach (var (group, change) in changes)
            {
                var isOpen = _open.TryGetValue(group, out var waiting);
                if (!isOpen && _open.Count >= MaxGroups)
                {
                    SentimentMeter.LiveDropped.Add(1);
                    continue;
                }

                if (waiting is null)
                {
                    _open[group] = change;
                }
                else
                {
                    waiting.Add(change);
                }

                if (!isOpen)
                {
                    _ready.Writer.TryWrite(group);
                }
            }
        }
    }

    /// <summary>Takes what of a group is to be told; false: nothing is, and the group is idle from now on.</summary>
    internal bool TryTake(LiveGroup group, [NotNullWhen(true)] out LiveChange? change)
    {
        lock (_gate)
        {
            change = _open.GetValueOrDefault(group);
            if (change is null)
            {
                _open.Remove(group);
                return false;
            }

            _open[group] = null;
            return true;
        }
    }
}
