using Sentiment.Simulator.Feed;

namespace Sentiment.Simulator.Faults;

/// <summary>Draws the fault of each call from the seed and the call's number, so that a run can be repeated.</summary>
internal sealed class FaultPlan(long seed, FaultSettings initial)
{
    private static readonly FaultKind[] Unnamed = [.. Enum.GetValues<FaultKind>().Where(kind => kind < FaultKind.Unauthorized)];

    private readonly Lock _gate = new();
    private FaultSettings _settings = initial;
    private int? _left = initial.Limit;
    private ulong _calls;

    public FaultSettings Settings
    {
        get
        {
            lock (_gate)
            {
                return _settings;
            }
        }
    }

    /// <summary>Leaves the settings alone where the change would make them impossible.</summary>
    public FaultSettings Change(Func<FaultSettings, FaultSettings> change, out string? problem)
    {
        lock (_gate)
        {
            var changed = change(_settings);
            problem = changed.Problem();
            if (problem is null)
            {
                _settings = changed;
                _left = changed.Limit;
            }

            return _settings;
        }
    }

    public FaultKind? Next(Vendor vendor, string key)
    {
        lock (_gate)
        {
            if ((_settings.Vendor is { } only && !only.Equals(vendor.ToString(), StringComparison.OrdinalIgnoreCase))
                || (_settings.KeyPrefix is { } prefix && !key.StartsWith(prefix, StringComparison.Ordinal)))
            {
                return null;
            }

            var draw = new SeededDraw(SeededDraw.Mix(SeededDraw.Mix((ulong)seed, SeededDraw.Of("faults")), _calls++));
            if (!draw.Chance(_settings.Share) || _left == 0)
            {
                return null;
            }

            _left--;
            return draw.Pick(_settings.Kinds.Count == 0 ? Unnamed : [.. _settings.Kinds]);
        }
    }
}
