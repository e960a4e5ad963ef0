using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Diagnostics;

namespace Sentiment.Domain.Anomalies;

/// <summary>
/// Watches how long pages spend in each stage of their ingestion, and reports those that take more than two standard deviations
/// longer than the pages before them: each as a metric, and at most once a minute and stage in the log.
/// </summary>
public sealed partial class StageWatch : IHostedService, IDisposable
{
    private const int Window = 100;
    private const int Least = 30;
    private const int MaxStages = 32;
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    // What is faster than this differs by the machine's mood.
    private const double FloorSeconds = 0.005;

    private readonly ConcurrentDictionary<string, Stage> _stages = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly TimeProvider _time;
    private readonly ILogger<StageWatch> _logger;

    /// <summary>Makes a watch that has not begun.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where slow pages are reported.</param>
    public StageWatch(TimeProvider time, ILogger<StageWatch> logger)
    {
        (_time, _logger) = (time, logger);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument == SentimentMeter.StageDuration)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) => Observe(StageOf(tags), seconds));
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    /// <summary>Takes a page's time in a stage in.</summary>
    internal void Observe(string stage, double seconds)
    {
        if (_stages.Count >= MaxStages && !_stages.ContainsKey(stage))
        {
            return;
        }

        var watched = _stages.GetOrAdd(stage, _ => new());
        double? deviations;
        int unreported;
        lock (watched)
        {
            deviations = watched.Times.Observe(seconds);
            if (!(deviations > RollingDeviation.Threshold))
            {
                return;
            }

            watched.Unreported++;
            var now = _time.GetUtcNow();
            unreported = watched.ReportedAt + LogInterval <= now ? watched.Unreported : 0;
            if (unreported > 0)
            {
                (watched.ReportedAt, watched.Unreported) = (now, 0);
            }
        }

        SentimentMeter.StageSlow.Add(1, new KeyValuePair<string, object?>("stage", stage));
        if (unreported > 0)
        {
            LogSlow(stage, seconds, deviations.Value, unreported);
        }
    }

    private static string StageOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, value) in tags)
        {
            if (name == "stage")
            {
                return value as string ?? "";
            }
        }

        return "";
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stage {Stage} took {Seconds:0.000} s, {Deviations:0.0} standard deviations more than the pages before; {Count} such pages since the last report.")]
    private partial void LogSlow(string stage, double seconds, double deviations, int count);

    private sealed class Stage
    {
        public RollingDeviation Times { get; } = new(Window, Least, FloorSeconds);

        public DateTimeOffset ReportedAt { get; set; } = DateTimeOffset.MinValue;

        public int Unreported { get; set; }
    }
}
