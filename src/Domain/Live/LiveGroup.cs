using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Live;

/// <summary>What a live group tells.</summary>
public enum LiveKind
{
    /// <summary>The newest items of a symbol.</summary>
    Items,

    /// <summary>The bars of a symbol's last hours and minutes.</summary>
    Trends,

    /// <summary>What a tenant's dashboard shows.</summary>
    Metrics,

    /// <summary>A tenant's newest runs.</summary>
    Runs,

    /// <summary>A tenant's newest alerts.</summary>
    Alerts,
}

/// <summary>A live group: what a client joins, and what is told to all who did.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Kind">What it tells.</param>
/// <param name="Symbol">The symbol, or <see cref="TrendStore.AllItems"/>, of items and trends; else null.</param>
public sealed partial record LiveGroup(string Tenant, LiveKind Kind, string? Symbol = null)
{
    /// <summary>The longest name: a tenant, a kind and a symbol of which every character is escaped.</summary>
    public const int MaxLength = 40 + 8 + (3 * SymbolRules.MaxLength);

    [GeneratedRegex(@"^(?<tenant>[a-z0-9-]{1,40})\.(?:(?<kind>items|trends)\.(?<symbol>(?:[A-Z0-9-]|_[0-9a-f]{2}){1,32})|(?<kind>metrics|runs|alerts))\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern { get; }

    [GeneratedRegex("_[0-9a-f]{2}")]
    private static partial Regex Escaped { get; }

    /// <summary><c>TENANT.items.SYMBOL</c>, <c>TENANT.trends.SYMBOL</c>, <c>TENANT.metrics</c>, <c>TENANT.runs</c> or <c>TENANT.alerts</c>.</summary>
    public string Name => Kind switch
    {
        LiveKind.Items => $"{Tenant}.items.{Escape(Symbol!)}",
        LiveKind.Trends => $"{Tenant}.trends.{Escape(Symbol!)}",
        LiveKind.Metrics => $"{Tenant}.metrics",
        LiveKind.Alerts => $"{Tenant}.alerts",
        _ => $"{Tenant}.runs",
    };

    /// <summary>Reads <see cref="Name"/>; false where the text is no group's.</summary>
    public static bool TryParse(string? name, [NotNullWhen(true)] out LiveGroup? group)
    {
        group = null;
        if (name is null || name.Length > MaxLength || Pattern.Match(name) is not { Success: true } match)
        {
            return false;
        }

        var kind = Enum.Parse<LiveKind>(match.Groups["kind"].ValueSpan, ignoreCase: true);
        var symbol = match.Groups["symbol"].Success ? Unescape(match.Groups["symbol"].Value) : null;
        if (symbol is not null && symbol != TrendStore.AllItems && !SymbolRules.IsSymbol(symbol))
        {
            return false;
        }

        // A name that escapes what need not be is none: a group has one name.
        var read = new LiveGroup(match.Groups["tenant"].Value, kind, symbol);
        group = read.Name == name ? read : null;
        return group is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static string Escape(string symbol) => symbol.All(IsPlain) ? symbol
        : string.Concat(symbol.Select(c => IsPlain(c) ? c.ToString() : "_" + ((int)c).ToString("x2", CultureInfo.InvariantCulture)));

    private static string Unescape(string text) => Escaped.Replace(
        text, m => ((char)int.Parse(m.ValueSpan[1..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString());

    private static bool IsPlain(char c) => c is (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-';
}
