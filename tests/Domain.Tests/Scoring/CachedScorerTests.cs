using System.Collections.Concurrent;
using CsCheck;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Scoring;

public class CachedScorerTests
{
    private readonly NotingScorer _inner = new();

    [Fact]
    public void Any_sequence_of_calls_gets_the_answers_of_the_model_within_the_bound() =>
        Gen.Select(Gen.Int[2, 12], Gen.Int[0, 30].Array[0, 12].Array[1, 40]).Sample((entries, calls) =>
        {
            var inner = new NotingScorer();
            var cached = new CachedScorer(inner, entries);
            foreach (var texts in calls.Select(numbers => numbers.Select(n => $"text {n}").ToArray()))
            {
                inner.Asked.Clear();
                Assert.Equal(texts.Select(inner.Letters.Score), Score(cached, texts));
                Assert.Equal(inner.Asked.Distinct(StringComparer.Ordinal), inner.Asked);
                Assert.InRange(cached.Count, 0, entries);
            }

            Assert.Equal(calls.Sum(c => c.Length), cached.Hits + cached.Misses);
        });

    [Fact]
    public void Each_distinct_text_of_a_call_is_asked_for_once_in_its_order()
    {
        var cached = new CachedScorer(_inner);
        Score(cached, "b", "a", "b", "c", "a");
        Assert.Equal(["b", "a", "c"], _inner.Asked);
        Assert.Equal((2, 3, 3), (cached.Hits, cached.Misses, cached.Count));
    }

    [Fact]
    public void What_is_remembered_is_not_asked_for_again()
    {
        var cached = new CachedScorer(_inner);
        Score(cached, "a", "b");
        Score(cached, "b", "c", "a");
        Assert.Equal(["a", "b", "c"], _inner.Asked);
        Score(cached, "a", "b", "c");
        Assert.Equal(2, _inner.Calls);
    }

    [Fact]
    public void Texts_that_differ_in_one_character_are_different()
    {
        string[] texts = ["", " ", "a", "A", "a ", "é", "e\u0301", "\ud83d", "\udc00"];
        var cached = new CachedScorer(_inner);
        Score(cached, texts);
        Assert.Equal(texts, _inner.Asked);
    }

    [Fact]
    public void What_is_asked_for_again_and_again_is_kept_while_others_come_and_go()
    {
        var cached = new CachedScorer(_inner, 20);
        for (var i = 0; i < 500; i++)
        {
            Score(cached, "dear", $"passing {i}");
        }

        Assert.Single(_inner.Asked, text => text == "dear");
    }

    [Fact]
    public void What_is_not_asked_for_is_forgotten()
    {
        var cached = new CachedScorer(_inner, 20);
        Score(cached, "once");
        Score(cached, [.. Enumerable.Range(0, 40).Select(i => $"passing {i}")]);
        Score(cached, "once");
        Assert.Equal(2, _inner.Asked.Count(text => text == "once"));
    }

    [Fact]
    public void A_call_of_more_texts_than_the_cache_holds_is_answered_within_the_bound()
    {
        var cached = new CachedScorer(_inner, 4);
        var texts = Enumerable.Range(0, 1000).Select(i => $"{i % 700}").ToArray();
        Assert.Equal(texts.Select(_inner.Letters.Score), Score(cached, texts));
        Assert.InRange(cached.Count, 1, 4);
    }

    [Fact]
    public void Another_model_does_not_share_scores()
    {
        var other = new NotingScorer { Letters = { Model = "other@00000002", Shift = 5 } };
        CachedScorer first = new(_inner), second = new(other);
        Score(first, "a");
        Assert.Equal([other.Letters.Score("a")], Score(second, "a"));
        Assert.NotEqual(Score(first, "a"), Score(second, "a"));
        Assert.Equal((_inner.Letters.Model, "other@00000002"), (first.Model, second.Model));
    }

    [Fact]
    public async Task A_failure_of_the_model_is_passed_on_and_nothing_is_remembered()
    {
        var cached = new CachedScorer(_inner);
        Score(cached, "known");
        _inner.Failure = new InvalidOperationException("broken");
        Assert.Same(_inner.Failure, await Assert.ThrowsAsync<InvalidOperationException>(async () => await cached.ScoreAsync(["a", "known", "b"], default)));
        Assert.Equal(1, cached.Count);

        _inner.Failure = null;
        _inner.Asked.Clear();
        Score(cached, "a", "known", "b");
        Assert.Equal(["a", "b"], _inner.Asked);
    }

    [Fact]
    public async Task The_call_can_be_given_up()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await new CachedScorer(_inner).ScoreAsync(["a"], stop.Token));
    }

    [Fact]
    public async Task Many_callers_get_right_answers_and_stay_within_the_bound()
    {
        const int Callers = 8;
        const int Entries = 50;
        var cached = new CachedScorer(_inner, Entries);
        var most = 0;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var draw = new Random(caller);
            for (var call = 0; call < 2000; call++)
            {
                var texts = Enumerable.Range(0, 10).Select(_ => $"text {draw.Next(120)}").ToArray();
                Assert.Equal(texts.Select(_inner.Letters.Score), await cached.ScoreAsync(texts, default));
                InterlockedMax(ref most, cached.Count);
            }
        })));
        Assert.InRange(most, 2, Entries + Callers);
        Assert.Equal(Callers * 2000 * 10, cached.Hits + cached.Misses);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_cache_of_fewer_than_two_scores_is_refused(int entries) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CachedScorer(_inner, entries));

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }

    // The scorers here complete at once.
    private static IReadOnlyList<Probabilities> Score(CachedScorer cached, params string[] texts)
    {
        var call = cached.ScoreAsync(texts, default).AsTask();
        Assert.True(call.IsCompleted);
        return call.GetAwaiter().GetResult();
    }

    private sealed class NotingScorer : ISentimentScorer
    {
        private int _calls;

        public LetterScorer Letters { get; } = new();

        public ConcurrentQueue<string> Asked { get; } = new();

        public int Calls => _calls;

        public Exception? Failure { get; set; }

        public string Model => Letters.Model;

        public ValueTask<IReadOnlyList<Probabilities>> ScoreAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Interlocked.Increment(ref _calls);
            foreach (var text in texts)
            {
                Asked.Enqueue(text);
            }

            return Failure is { } failure ? ValueTask.FromException<IReadOnlyList<Probabilities>>(failure) : Letters.ScoreAsync(texts, cancellationToken);
        }
    }
}
