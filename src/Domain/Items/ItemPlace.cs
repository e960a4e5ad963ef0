using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Items;

/// <summary>A place in the order of items, newest first and those of one time by id: where a page ended, whatever is inserted above or below it.</summary>
/// <param name="At">When the item was published.</param>
/// <param name="Id">Its id; empty: before all items of that time.</param>
public sealed partial record ItemPlace(DateTimeOffset At, string Id)
{
    [GeneratedRegex(@"^[0-9]{19}\|[0-9a-f]{0,32}\z")]
    private static partial Regex KeyPattern { get; }

    /// <summary>The place as text, which sorts as the places do.</summary>
    public string Key => KeyOf(At, Id);

    /// <summary>Reads <see cref="Key"/>; false where the text is none.</summary>
    public static bool TryParse(string? key, [NotNullWhen(true)] out ItemPlace? place)
    {
        place = key is not null && KeyPattern.IsMatch(key)
            && long.TryParse(key.AsSpan(0, 19), NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks
            ? new(new DateTimeOffset(DateTime.MaxValue.Ticks - ticks, TimeSpan.Zero), key[20..]) : null;
        return place is not null;
    }

    internal static string KeyOf(DateTimeOffset at, string id) => $"{Rows.NewestFirst(at)}|{id}";
}
