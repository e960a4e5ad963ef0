using System.Globalization;
using System.Text.Json;
using Sentiment.LocalHost.Live;

namespace Sentiment.LocalHost.Output;

/// <summary>Makes lines of live messages: one for each headline that is new, and one where a run goes on.</summary>
internal sealed class WatchLines
{
    private const int Remembered = 10_000;
    private const int Runs = 20;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<string> _seenFirst = new();
    private readonly Dictionary<string, KnownRun> _runs = new(StringComparer.Ordinal);
    private readonly Queue<string> _runsFirst = new();

    /// <summary>The lines of a message for people.</summary>
    public IEnumerable<string> Of(LiveMessage message)
    {
        var isRuns = message.Group.EndsWith(".runs", StringComparison.Ordinal);
        foreach (var change in message.Changes)
        {
            if (Text(change, "key") is { } key && (isRuns ? RunLine(key, change) : ItemLine(key, change)) is { } line)
            {
                yield return line;
            }
        }
    }

    /// <summary>The lines of a message for programs: each change as it came, with its group.</summary>
    public static IEnumerable<string> Json(LiveMessage message)
    {
        foreach (var change in message.Changes)
        {
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                writer.WriteStartObject();
                writer.WriteString("group", message.Group);
                writer.WritePropertyName("change");
                change.WriteTo(writer);
                writer.WriteEndObject();
            }

            yield return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        }
    }

    // An item is told again where it is under several symbols, and after a repetition.
    private string? ItemLine(string key, JsonElement change)
    {
        if (Text(change, "title") is not { } title || !IsFirst(_seen, _seenFirst, key, Remembered))
        {
            return null;
        }

        var symbols = change.TryGetProperty("symbols", out var all) && all.ValueKind == JsonValueKind.Array
            ? string.Join(',', all.EnumerateArray().Select(s => s.ValueKind == JsonValueKind.String ? s.GetString() : "")) : "";
        var score = Number(change, "score") is { } number ? number.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture) : "";
        var time = DateTimeOffset.TryParse(Text(change, "publishedAt"), CultureInfo.InvariantCulture, out var at) ? Plain.Of(at) : "";
        return Plain.Safe($"{time,-20}  {symbols,-12}  {Text(change, "label"),-8}  {score,5}  {title}");
    }

    // A change names what is different; the line shows all that is known.
    private string? RunLine(string key, JsonElement change)
    {
        if (key.Contains('|', StringComparison.Ordinal))
        {
            return null; // Tables and chunks are the dashboard's.
        }

        if (!_runs.TryGetValue(key, out var known))
        {
            _runs[key] = known = new();
            _runsFirst.Enqueue(key);
            if (_runsFirst.Count > Runs)
            {
                _runs.Remove(_runsFirst.Dequeue());
            }
        }

        foreach (var field in change.EnumerateObject())
        {
            known.Fields[field.Name] = field.Value;
        }

        var fields = known.Fields;
        var records = fields.TryGetValue("records", out var all) && all.ValueKind == JsonValueKind.Object ? Number(all, "read") : null;
        string?[] parts =
        [
            fields.TryGetValue("status", out var status) && status.ValueKind == JsonValueKind.String ? status.GetString() : null,
            Of(fields, "percent") is { } percent ? $"{percent.ToString("0", CultureInfo.InvariantCulture)} %" : null,
            records is { } read ? $"{Plain.Of((long)read)} records" : null,
            Of(fields, "recordsPerSecond") is { } rate ? $"{Plain.Of((long)rate)}/s" : null,
            Of(fields, "etaSeconds") is { } left ? $"{Plain.Of((long)left)} s left" : null,
        ];
        var line = Plain.Safe($"run {key}: {string.Join(", ", parts.Where(p => p is not null))}");
        var isNew = line != known.Line;
        known.Line = line;
        return isNew ? line : null;
    }

    private static bool IsFirst(HashSet<string> seen, Queue<string> first, string key, int most)
    {
        if (!seen.Add(key))
        {
            return false;
        }

        first.Enqueue(key);
        if (first.Count > most)
        {
            seen.Remove(first.Dequeue());
        }

        return true;
    }

    private static double? Of(Dictionary<string, JsonElement> fields, string name) =>
        fields.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static double? Number(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static string? Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>What is known of a run, and what was last said of it.</summary>
    private sealed class KnownRun
    {
        public Dictionary<string, JsonElement> Fields { get; } = new(StringComparer.Ordinal);

        public string Line { get; set; } = "";
    }
}
