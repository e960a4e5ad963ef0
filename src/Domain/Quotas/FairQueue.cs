using System.Diagnostics.CodeAnalysis;

namespace Sentiment.Domain.Quotas;

/// <summary>A bounded queue by priority, and round-robin by tenant within one: a tenant with a thousand entries delays another's one by few.</summary>
/// <remarks>Not safe for several threads at once.</remarks>
internal sealed class FairQueue<T>(int bound)
    where T : class, IQueued
{
    private readonly Level[] _levels = [.. Enum.GetValues<CallPriority>().Select(_ => new Level())];

    public int Count { get; private set; }

    /// <summary>False where the queue is full.</summary>
    public bool TryEnqueue(T item)
    {
        if (Count >= bound)
        {
            return false;
        }

        var level = _levels[(int)item.Priority];
        if (!level.Lines.TryGetValue(item.Tenant, out var line))
        {
            level.Lines[item.Tenant] = line = new(item.Tenant);
            level.Turns.AddLast(line.Turn);
        }

        line.Items.AddLast(item);
        Count++;
        return true;
    }

    /// <summary>Who is next.</summary>
    public bool TryPeek([NotNullWhen(true)] out T? item)
    {
        item = _levels.FirstOrDefault(level => level.Turns.First is not null)?.Turns.First!.Value.Items.First!.Value;
        return item is not null;
    }

    /// <summary>Removes who is next; its tenant's others wait until every other tenant of the priority has had a turn.</summary>
    public void Dequeue()
    {
        var level = _levels.First(l => l.Turns.First is not null);
        var line = level.Turns.First!.Value;
        line.Items.RemoveFirst();
        Count--;
        level.Turns.RemoveFirst();
        if (line.Items.Count > 0)
        {
            level.Turns.AddLast(line.Turn);
        }
        else
        {
            level.Lines.Remove(line.Tenant);
        }
    }

    /// <summary>Removes an entry wherever it stands; false if it is not there.</summary>
    public bool Remove(T item)
    {
        var level = _levels[(int)item.Priority];
        if (!level.Lines.TryGetValue(item.Tenant, out var line) || !line.Items.Remove(item))
        {
            return false;
        }

        Count--;
        if (line.Items.Count == 0)
        {
            level.Turns.Remove(line.Turn);
            level.Lines.Remove(item.Tenant);
        }

        return true;
    }

    /// <summary>Every entry, each with its place in its tenant's line, in the order in which they would be taken.</summary>
    public IEnumerable<(T Item, int Place)> InOrder() => _levels.SelectMany(level => level.Turns
        .SelectMany((line, turn) => line.Items.Select((item, place) => (Item: item, Place: place, Turn: turn)))
        .OrderBy(entry => entry.Place).ThenBy(entry => entry.Turn)
        .Select(entry => (entry.Item, entry.Place)));

    private sealed class Level
    {
        public Dictionary<string, Line> Lines { get; } = new(StringComparer.Ordinal);

        public LinkedList<Line> Turns { get; } = new();
    }

    private sealed class Line
    {
        public Line(string tenant) => (Tenant, Turn) = (tenant, new(this));

        public string Tenant { get; }

        public LinkedList<T> Items { get; } = new();

        public LinkedListNode<Line> Turn { get; }
    }
}

/// <summary>Somebody in a queue.</summary>
internal interface IQueued
{
    string Tenant { get; }

    CallPriority Priority { get; }
}
