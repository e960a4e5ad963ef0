using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;

namespace Sentiment.Functions.Tests.Settings;

/// <summary>Configuration that notes which keys it is asked for.</summary>
internal sealed class RecordedSettings(IEnumerable<KeyValuePair<string, string>> values) : ConfigurationProvider, IConfigurationSource
{
    private readonly Dictionary<string, string> _values = new(values, StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _asked = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The keys asked for that have no keys below them.</summary>
    public IEnumerable<string> Asked => _asked.Keys.Where(key => !_asked.Keys.Any(other => other.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase)));

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public IConfigurationRoot Configuration() => new ConfigurationBuilder().Add(this).Build();

    public override void Load() => Data = _values.ToDictionary(v => v.Key, v => (string?)v.Value, StringComparer.OrdinalIgnoreCase);

    public override bool TryGet(string key, out string? value)
    {
        _asked.TryAdd(key, true);
        return base.TryGet(key, out value);
    }
}
