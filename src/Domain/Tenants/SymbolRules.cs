using System.Text.RegularExpressions;

namespace Sentiment.Domain.Tenants;

/// <summary>What a symbol looks like: <c>[A-Z0-9][A-Z0-9.^=/-]</c>, at most 32 characters.</summary>
public static partial class SymbolRules
{
    /// <summary>The most characters.</summary>
    public const int MaxLength = 32;

    [GeneratedRegex("^[A-Z0-9][A-Z0-9.^=/-]{0,31}\\z")]
    private static partial Regex Pattern { get; }

    /// <summary>Whether a text is a symbol as it stands.</summary>
    public static bool IsSymbol(string text) => Pattern.IsMatch(text);

    /// <summary>
    /// The symbol that a name stands for: upper case, every character that no symbol has replaced by a dash, cut at 32.
    /// </summary>
    /// <param name="name">Any text, such as <c>Acme Corp</c>.</param>
    /// <returns>Such as <c>ACME-CORP</c>; null where nothing is left of it.</returns>
    public static string? From(string name)
    {
        // A hostile name may be long: no more is looked at than can matter.
        var head = name.Length > 4 * MaxLength ? name[..(4 * MaxLength)] : name;
        var symbol = string.Concat(head.ToUpperInvariant().Select(c => c is (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '.' or '^' or '=' or '/' or '-' ? c : '-'))
            .TrimStart('.', '^', '=', '/', '-');
        symbol = (symbol.Length > MaxLength ? symbol[..MaxLength] : symbol).TrimEnd('-');
        return symbol.Length > 0 ? symbol : null;
    }
}
