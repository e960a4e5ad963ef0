using Sentiment.Domain.Scoring;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Items;

/// <summary>Which items of a tenant: of any of the symbols, any of the labels, any of the tags and any of the sources, as far as any are named.</summary>
/// <param name="Tenant">The tenant.</param>
public sealed record ItemQuery(string Tenant)
{
    /// <summary>The most symbols, tags or sources.</summary>
    public const int MaxOfAKind = 20;

    /// <summary>Symbols; none: all items, those without a symbol too.</summary>
    public IReadOnlyList<string> Symbols { get; init; } = [];

    /// <summary>Labels; none: all.</summary>
    public IReadOnlyList<SentimentLabel> Labels { get; init; } = [];

    /// <summary>Tags as <see cref="ItemTags.From"/> spells them; none: all items, those without a tag too.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Tables; none: all.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Published at this time or later; null: from the first.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Published before this time; null: up to the last.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Checks what is bounded.</summary>
    /// <exception cref="ArgumentException">Too many symbols, tags or sources; the message names which.</exception>
    internal void Check()
    {
        foreach (var (name, count) in (ReadOnlySpan<(string, int)>)[("symbol", Symbols.Count), ("tag", Tags.Count), ("source", Sources.Count)])
        {
            if (count > MaxOfAKind)
            {
                throw new ArgumentException($"{name}: at most {MaxOfAKind} expected, found {count}", name);
            }
        }
    }

    /// <summary>What the keys of a day's index rows begin with that lead to all such items.</summary>
    internal IEnumerable<string> PrefixesOf(ItemDay day)
    {
        var tables = Sources.Count == 0 ? day.Tables : [.. day.Tables.Intersect(Sources, StringComparer.Ordinal)];
        return tables.Count == 0 ? []
            : Symbols.Count > 0 ? Symbols.Distinct(StringComparer.Ordinal).Select(ItemStore.SymbolPrefix)
            : Tags.Count > 0 ? Tags.Distinct(StringComparer.Ordinal).Select(ItemStore.TagPrefix)
            : tables.Select(ItemStore.TablePrefix);
    }

    /// <summary>The keys of one prefix that lie between the bounds and behind a place.</summary>
    internal TableRange RangeOf(string partition, string prefix, ItemPlace? after)
    {
        var start = To is { } to ? prefix + Rows.NewestFirst(to.AddTicks(-1)) : prefix;
        if (after is not null && Rows.After(prefix + after.Key) is var next && string.CompareOrdinal(next, start) > 0)
        {
            start = next;
        }

        return new(partition, start, prefix + (From is { } from ? Rows.NewestFirst(from) + "|" : "") + "\u007f");
    }

    /// <summary>Whether an item may be meant, as far as its index row tells.</summary>
    internal bool MayMean(Membership hint) =>
        (Sources.Count == 0 || Sources.Contains(hint.Table, StringComparer.Ordinal))
        && (Labels.Count == 0 || hint.Label is null || Labels.Any(l => Membership.LetterOf(l) == hint.Label));

    /// <summary>Whether an item is meant.</summary>
    internal bool Means(Item item) =>
        (From is not { } from || from <= item.PublishedAt) && (To is not { } to || item.PublishedAt < to)
        && (Symbols.Count == 0 || Symbols.Intersect(item.Symbols, StringComparer.Ordinal).Any())
        && (Labels.Count == 0 || Labels.Contains(item.Probabilities.Label))
        && (Tags.Count == 0 || Tags.Intersect(ItemTags.Of(item), StringComparer.Ordinal).Any())
        && (Sources.Count == 0 || Sources.Contains(item.Table, StringComparer.Ordinal));
}
