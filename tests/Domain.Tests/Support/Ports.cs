using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Tests.Support;

/// <summary>Scores by the letters of a text.</summary>
public sealed class LetterScorer : ISentimentScorer
{
    public string Model { get; set; } = "letters@00000001";

    /// <summary>Changes every score, as another model would.</summary>
    public int Shift { get; set; }

    public ValueTask<IReadOnlyList<Probabilities>> ScoreAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
        new(texts.Select(Score).ToList());

    public Probabilities Score(string text)
    {
        var sum = text.Aggregate(7 + Shift, (hash, letter) => unchecked((hash * 31) + letter)) & 0x7fffffff;
        var negative = sum % 700_001;
        var positive = sum / 11 % (1_000_001 - negative);
        return new(negative, 1_000_000 - negative - positive, positive);
    }
}

/// <summary>Every reference has a secret but those that a test takes away.</summary>
public sealed class Secrets : ISecrets
{
    public HashSet<string> Missing { get; } = [];

    public ValueTask<string> ResolveAsync(string reference, CancellationToken cancellationToken) => Missing.Contains(reference)
        ? throw new SecretMissingException($"The environment has no '{reference}'.")
        : new("secret of " + reference);
}

/// <summary>Notes what is announced, and checks nothing else of it.</summary>
public sealed class Announcements : IPageAnnouncer
{
    public ConcurrentQueue<(ChunkRow Chunk, int Page)> All { get; } = new();

    public Func<ChunkRow, int, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>The pages of a chunk as announced.</summary>
    public IReadOnlyList<int> Of(ChunkId chunk) => [.. All.Where(a => a.Chunk.Id == chunk).Select(a => a.Page)];

    public async Task AnnounceAsync(ChunkRow chunk, int page, IReadOnlyList<CountedItem>? counted, CancellationToken cancellationToken)
    {
        await Before(chunk, page);
        All.Enqueue((chunk, page));
    }
}

/// <summary>A clock that stands until it is moved, and tells when a durable timer is set.</summary>
public sealed class SteppedTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly Channel<TimeSpan> _set = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Told(this, base.CreateTimer(callback, state, dueTime, period));

    /// <summary>The wait of the next durable timer that is set.</summary>
    public async Task<TimeSpan> NextTimerAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        return await _set.Reader.ReadAsync(limit.Token);
    }

    /// <summary>Moves the clock on from timer to timer until something has ended.</summary>
    public async Task MoveUntilAsync(Task end, [CallerMemberName] string test = "")
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!end.IsCompleted)
        {
            using var step = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
            var next = _set.Reader.ReadAsync(step.Token).AsTask();
            if (await Task.WhenAny(end, next) == next)
            {
                Advance(limit.IsCancellationRequested ? throw new TimeoutException($"{test}: it did not end in {Limit}.") : await next);
            }

            await step.CancelAsync();
            await Task.WhenAny(next);
        }

        await end;
    }

    private sealed class Told(SteppedTime time, ITimer inner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = inner.Change(dueTime, period);
            time._set.Writer.TryWrite(dueTime);
            return changed;
        }

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
