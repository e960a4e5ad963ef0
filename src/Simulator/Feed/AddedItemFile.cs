using System.Text;
using System.Text.Json;

namespace Sentiment.Simulator.Feed;

/// <summary>Added records, one JSON line each, so that a restarted simulator serves the same feed.</summary>
internal sealed class AddedItemFile(string? path)
{
    private readonly Lock _gate = new();

    public IReadOnlyList<AddedItem> Load()
    {
        var items = new List<AddedItem>();
        if (path is null)
        {
            return items;
        }

        // Opening it now, for writing, tells of an impossible path at the start and not at the first added record.
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite).Dispose();

        var text = File.ReadAllText(path);
        var complete = text.LastIndexOf('\n') + 1;
        foreach (var line in text[..complete].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            items.Add(JsonSerializer.Deserialize(line, AddedItemJson.Default.AddedItem)!);
        }

        if (complete < text.Length)
        {
            // A kill in the middle of a write leaves half a line; the caller of that write never got its answer.
            File.WriteAllText(path, text[..complete]);
        }

        return items;
    }

    public void Append(IEnumerable<AddedItem> items)
    {
        if (path is null)
        {
            return;
        }

        var lines = new StringBuilder();
        foreach (var item in items)
        {
            lines.Append(JsonSerializer.Serialize(item, AddedItemJson.Default.AddedItem)).Append('\n');
        }

        lock (_gate)
        {
            File.AppendAllText(path, lines.ToString());
        }
    }
}
