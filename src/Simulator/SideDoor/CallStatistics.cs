using System.Globalization;
using Sentiment.Simulator.Faults;
using Sentiment.Simulator.Feed;

namespace Sentiment.Simulator.SideDoor;

/// <summary>Counts what the vendors served since the start or the last reset.</summary>
internal sealed class CallStatistics(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _calls = [];
    private readonly Dictionary<string, long> _statuses = [];
    private readonly Dictionary<string, long> _faults = [];
    private long _bytes;
    private long _records;
    private int _concurrent;
    private int _maxConcurrent;
    private DateTimeOffset? _first;
    private DateTimeOffset? _last;

    public void Begin(Vendor vendor)
    {
        lock (_gate)
        {
            Count(_calls, JsonNames.Of(vendor));
            _maxConcurrent = Math.Max(_maxConcurrent, ++_concurrent);
            _last = time.GetUtcNow();
            _first ??= _last;
        }
    }

    public void Fault(FaultKind kind)
    {
        lock (_gate)
        {
            Count(_faults, JsonNames.Of(kind));
        }
    }

    public void End(int status, int records, long bytes)
    {
        lock (_gate)
        {
            _concurrent--;
            Count(_statuses, status.ToString(CultureInfo.InvariantCulture));
            _records += records;
            _bytes += bytes;
        }
    }

    public StatisticsDocument Read(IReadOnlyDictionary<string, long> violations)
    {
        lock (_gate)
        {
            return new StatisticsDocument(
                new Dictionary<string, long>(_calls),
                new Dictionary<string, long>(_statuses),
                new Dictionary<string, long>(_faults),
                violations,
                _records,
                _bytes,
                _maxConcurrent,
                _first,
                _last);
        }
    }

    public void Reset()
    {
        lock (_gate)
        {
            _calls.Clear();
            _statuses.Clear();
            _faults.Clear();
            _bytes = 0;
            _records = 0;
            _maxConcurrent = _concurrent;
            _first = null;
            _last = null;
        }
    }

    private static void Count(Dictionary<string, long> counts, string name) =>
        counts[name] = counts.GetValueOrDefault(name) + 1;
}
