using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Domain.Anomalies;
using Sentiment.Domain.Diagnostics;

namespace Sentiment.Domain.Tests.Anomalies;

public class StageWatchTests
{
    private readonly Told _log = new();
    private readonly FakeTimeProvider _time = new(new(2030, 1, 10, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_page_that_takes_much_longer_than_those_before_is_reported_with_its_stage()
    {
        using var watch = new StageWatch(_time, _log);
        for (var page = 0; page < 60; page++)
        {
            watch.Observe("store", page % 2 == 0 ? 0.10 : 0.12);
            watch.Observe("fetch", page % 2 == 0 ? 1.0 : 1.4);
        }

        Assert.Empty(_log.Lines);

        // Slow for the store, quick for a fetch.
        watch.Observe("fetch", 0.5);
        watch.Observe("store", 0.5);
        Assert.StartsWith("Stage store took 0.500 s, ", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stage_is_in_the_log_once_a_minute_with_the_number_of_its_slow_pages()
    {
        using var watch = new StageWatch(_time, _log);
        for (var page = 0; page < 100; page++)
        {
            watch.Observe("score", page % 2 == 0 ? 0.10 : 0.12);
        }

        watch.Observe("score", 0.3);
        watch.Observe("score", 0.4);
        watch.Observe("score", 0.6);
        Assert.Single(_log.Lines);
        _time.Advance(TimeSpan.FromMinutes(1));
        watch.Observe("score", 2);
        Assert.EndsWith("; 3 such pages since the last report.", _log.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_pipeline_measures_is_watched()
    {
        using var watch = new StageWatch(_time, _log);
        await watch.StartAsync(default);
        var stage = "test-" + Guid.NewGuid();
        for (var page = 0; page < 40; page++)
        {
            SentimentMeter.StageDuration.Record(page % 2 == 0 ? 0.10 : 0.12, new KeyValuePair<string, object?>("stage", stage));
        }

        SentimentMeter.StageDuration.Record(9, new KeyValuePair<string, object?>("stage", stage));
        Assert.Contains(_log.Lines, l => l.StartsWith($"Stage {stage} took 9.000 s", StringComparison.Ordinal));
    }

    private sealed class Told : ILogger<StageWatch>
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception));
    }
}
