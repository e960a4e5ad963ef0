namespace Sentiment.Domain.Items;

/// <summary>An item's tags as they are searched: trimmed, in lower case, each once.</summary>
public static class ItemTags
{
    /// <summary>The most characters of a tag that is searched; longer ones are shown alone.</summary>
    public const int MaxLength = 64;

    /// <summary>The most tags of an item that are searched: its first ones.</summary>
    public const int MaxPerItem = 16;

    /// <summary>A tag as it is searched; null where nothing or more than <see cref="MaxLength"/> characters are left of it.</summary>
    public static string? From(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tag = text.Trim().ToLowerInvariant();
        return tag.Length is > 0 and <= MaxLength ? tag : null;
    }

    /// <summary>The tags that an item is found by.</summary>
    public static IReadOnlyList<string> Of(Item item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Tags is null ? [] : [.. item.Tags.Select(From).OfType<string>().Distinct(StringComparer.Ordinal).Take(MaxPerItem)];
    }
}
