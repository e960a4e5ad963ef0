using System.Text.Json;

namespace Sentiment.Domain.Tests.Live;

/// <summary>What a client of one group does by the rules of docs/api.md.</summary>
internal sealed class LiveClient(int? keeps = null)
{
    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _removed = new(StringComparer.Ordinal);
    private readonly List<JsonElement> _meanwhile = [];
    private readonly Dictionary<string, (long Version, SortedDictionary<string, string> Fields)> _entries = new(StringComparer.Ordinal);
    private long _version;
    private bool _isFresh;
    private bool _isReading;

    /// <summary>Whether it has to read the snapshot.</summary>
    public bool NeedsSnapshot { get; private set; } = true;

    /// <summary>Its entries, a line each.</summary>
    public IReadOnlyList<string> Entries => Lines(_entries.Select(e => (e.Key, e.Value.Fields)));

    /// <summary>The entries of a snapshot in the same form.</summary>
    public static IReadOnlyList<string> EntriesOf(JsonElement snapshot) =>
        Lines(snapshot.GetProperty("entries").EnumerateArray().Select(e => (e.GetProperty("key").GetString()!, Fields(e))));

    /// <summary>It asks for the snapshot; what arrives until it has it is applied to it again.</summary>
    public void Ask() => (_isReading, NeedsSnapshot) = (true, false);

    /// <summary>It has the snapshot.</summary>
    public void Take(JsonElement snapshot)
    {
        _version = snapshot.GetProperty("version").GetInt64();
        _entries.Clear();
        _removed.Clear();
        foreach (var entry in snapshot.GetProperty("entries").EnumerateArray())
        {
            _entries[entry.GetProperty("key").GetString()!] = (_version, Fields(entry));
        }

        (_isReading, _isFresh) = (false, true);
        foreach (var message in _meanwhile)
        {
            Apply(message);
        }

        _meanwhile.Clear();
    }

    /// <summary>A message arrives.</summary>
    public void Receive(JsonElement message)
    {
        var (from, seq) = (message.GetProperty("from").GetString()!, message.GetProperty("seq").GetInt64());
        if (!_seen.TryGetValue(from, out var last))
        {
            NeedsSnapshot |= !_isFresh;
        }
        else
        {
            NeedsSnapshot |= seq > last + 1;
        }

        _seen[from] = Math.Max(seq, last);
        _isFresh = false;
        if (_isReading)
        {
            _meanwhile.Add(message);
        }

        Apply(message);
    }

    private void Apply(JsonElement message)
    {
        foreach (var change in message.GetProperty("changes").EnumerateArray())
        {
            Change(change);
        }

        // The newest items alone.
        if (_entries.Count > keeps)
        {
            foreach (var old in _entries.OrderByDescending(e => (e.Value.Fields["publishedAt"], e.Value.Fields["id"]), Comparer<(string, string)>.Create(
                (a, b) => string.CompareOrdinal(a.Item1, b.Item1) is var time and not 0 ? time : string.CompareOrdinal(b.Item2, a.Item2))).Skip(keeps.Value).ToList())
            {
                _entries.Remove(old.Key);
            }
        }
    }

    private void Change(JsonElement change)
    {
        var (key, version) = (change.GetProperty("key").GetString()!, change.GetProperty("version").GetInt64());
        var isThere = _entries.TryGetValue(key, out var entry);
        if (version <= (isThere ? entry.Version : _removed.GetValueOrDefault(key, _version)))
        {
            return;
        }

        if (change.TryGetProperty("removed", out _))
        {
            _entries.Remove(key);
            _removed[key] = version;
        }
        else if (!change.TryGetProperty("base", out var from))
        {
            _entries[key] = (version, Fields(change));
        }
        else if (isThere && entry.Version >= from.GetInt64())
        {
            foreach (var (name, value) in Fields(change))
            {
                entry.Fields[name] = value;
            }

            _entries[key] = (version, entry.Fields);
        }
        else
        {
            NeedsSnapshot = true;
        }
    }

    private static SortedDictionary<string, string> Fields(JsonElement entry) => new(
        entry.EnumerateObject().Where(p => p.Name is not ("key" or "version" or "base")).ToDictionary(p => p.Name, p => p.Value.GetRawText(), StringComparer.Ordinal), StringComparer.Ordinal);

    // A field that is null is as one that is absent.
    private static List<string> Lines(IEnumerable<(string Key, SortedDictionary<string, string> Fields)> entries) =>
        [.. entries.Select(e => $"{e.Key}: {string.Join(", ", e.Fields.Where(f => f.Value != "null").Select(f => $"{f.Key}={f.Value}"))}").Order(StringComparer.Ordinal)];
}
