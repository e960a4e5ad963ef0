using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sentiment.Domain.Diagnostics;

namespace Sentiment.IngestBench;

/// <summary>Sums up the seconds that pages spend in each stage.</summary>
internal sealed class StageTimes : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _seconds = new();

    public StageTimes()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // By its fixed name: the meter's own properties are not set yet while it publishes them.
            if (instrument.Meter.Name == SentimentMeter.Name && instrument.Name == "sentiment.stage.duration")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, tags, _) =>
        {
            foreach (var tag in tags)
            {
                _seconds.AddOrUpdate((string)tag.Value!, seconds, (_, sum) => sum + seconds);
            }
        });
        _listener.Start();
    }

    public IReadOnlyDictionary<string, double> Seconds => _seconds;

    public void Dispose() => _listener.Dispose();
}
