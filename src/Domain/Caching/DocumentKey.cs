namespace Sentiment.Domain.Caching;

/// <summary>Which document, and which new pages put an end to it.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Symbols">The symbols it is about, upper case; none: over all symbols, as more than <see cref="MaxSymbols"/> are taken to be.</param>
/// <param name="Name">Which one it is: the route and what was asked for, normalised, so that the same question has the same name.</param>
/// <param name="Life">How long it is good at most; up to five minutes.</param>
public sealed record DocumentKey(string Tenant, IReadOnlyList<string> Symbols, string Name, TimeSpan Life)
{
    /// <summary>A document about more symbols counts as one over all of them.</summary>
    public const int MaxSymbols = 20;

    /// <summary>The longest life of a document: five minutes.</summary>
    public static readonly TimeSpan MaxLife = TimeSpan.FromMinutes(5);

    /// <summary>Whether it lives its whole life whatever is committed meanwhile; default false.</summary>
    public bool OutlivesPages { get; init; }

    /// <summary>The key in every level.</summary>
    internal string Id => $"{Tenant}|{Name}";

    /// <summary>What it goes with when it is forgotten.</summary>
    internal IReadOnlyList<string> Tags => OutlivesPages ? []
        : Symbols.Count is 0 or > MaxSymbols ? [Tenant, AnySymbol(Tenant)]
        : [Tenant, .. Symbols.Distinct(StringComparer.Ordinal).Select(s => OfSymbol(Tenant, s))];

    /// <summary>The tags of what a page of these symbols changes; none: of whatever the tenant has.</summary>
    internal static IReadOnlyList<string> Touched(string tenant, IReadOnlyCollection<string> symbols) =>
        symbols.Count == 0 ? [tenant] : [AnySymbol(tenant), .. symbols.Select(s => OfSymbol(tenant, s))];

    private static string OfSymbol(string tenant, string symbol) => $"{tenant}|{symbol}";

    // No symbol is called so.
    private static string AnySymbol(string tenant) => $"{tenant}|*";
}
