using System.Threading.Channels;

namespace Sentiment.Domain.Caching;

/// <summary>
/// Remembers which documents are asked for most, 1,000 at most, and lines up those of them that were forgotten to be made again.
/// </summary>
public sealed class DocumentWarmth
{
    /// <summary>The most documents remembered.</summary>
    public const int Capacity = 1000;

    /// <summary>The most that are made again for one page.</summary>
    public const int PerPage = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Wanted> _wanted = new(StringComparer.Ordinal);

    // When nobody keeps up, the oldest wish gives way: it has waited longest and is the least likely to be of use yet.
    private readonly Channel<Wanted> _line;

    /// <summary>Makes an empty record.</summary>
    public DocumentWarmth() => _line = Channel.CreateBounded<Wanted>(
        new BoundedChannelOptions(5 * PerPage) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, Dropped);

    /// <summary>How many documents are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _wanted.Count;
            }
        }
    }

    internal void Asked(DocumentKey key, Func<CancellationToken, Task<ReadOnlyMemory<byte>>> make)
    {
        lock (_gate)
        {
            if (!_wanted.TryGetValue(key.Id, out var wanted))
            {
                while (_wanted.Count >= Capacity)
                {
                    Fade([.. _wanted.Values]);
                }

                wanted = _wanted[key.Id] = new Wanted(key, make);
            }

            wanted.Times++;
        }
    }

    internal void Forgotten(IReadOnlyList<string> tags)
    {
        lock (_gate)
        {
            var most = _wanted.Values.Where(w => w.Key.Tags.Any(tags.Contains)).OrderByDescending(w => w.Times).Take(PerPage);
            foreach (var wanted in most.Where(w => !w.IsInLine))
            {
                wanted.IsInLine = true;
                _line.Writer.TryWrite(wanted);
            }
        }
    }

    /// <summary>The next document to be made again, once there is one.</summary>
    internal async ValueTask<(DocumentKey Key, Func<CancellationToken, Task<ReadOnlyMemory<byte>>> Make)> NextAsync(CancellationToken cancellationToken)
    {
        var next = await _line.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            next.IsInLine = false;

            // What nobody asks for any more is made again a few times, and then not.
            Fade([next]);
        }

        return (next.Key, next.Make);
    }

    private void Dropped(Wanted wanted)
    {
        lock (_gate)
        {
            wanted.IsInLine = false;
        }
    }

    private void Fade(IReadOnlyList<Wanted> some)
    {
        foreach (var wanted in some)
        {
            if ((wanted.Times /= 2) == 0)
            {
                _wanted.Remove(wanted.Key.Id);
            }
        }
    }

    private sealed class Wanted(DocumentKey key, Func<CancellationToken, Task<ReadOnlyMemory<byte>>> make)
    {
        public DocumentKey Key { get; } = key;

        public Func<CancellationToken, Task<ReadOnlyMemory<byte>>> Make { get; } = make;

        public long Times { get; set; }

        public bool IsInLine { get; set; }
    }
}
