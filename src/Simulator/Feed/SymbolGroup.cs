namespace Sentiment.Simulator.Feed;

/// <summary>
/// The symbols that share records. Any symbol asked for exists, so a partition of all possible names is needed that
/// every member can work out by itself: well-known symbols stand in fixed groups, all others are grouped with the
/// names that differ in the last character only (S0000 with S0001, S0002 with S0003 and S0004, …).
/// </summary>
internal sealed record SymbolGroup(string Name, string[] Members)
{
    private const string Endings = "01 234 56 789 ABC DEF GHI JKL MNO PQR STU VWX YZ";

    private static readonly string[][] Known =
    [
        ["AAPL", "MSFT", "GOOGL"],
        ["NVDA", "AMD", "INTC"],
        ["AMZN", "META", "NFLX"],
        ["TSLA", "F", "GM"],
        ["JPM", "BAC", "GS"],
        ["JNJ", "PFE", "MRK"],
        ["XOM", "CVX", "BP"],
        ["WMT", "COST", "TGT"],
        ["KO", "PEP", "MCD"],
        ["BA", "LMT", "CAT"],
        ["V", "MA", "AXP"],
        ["DIS", "CMCSA", "T"],
    ];

    private static readonly Dictionary<string, SymbolGroup> KnownGroups = Known
        .SelectMany(members => members.Select(member => (member, group: new SymbolGroup(members[0], members))))
        .ToDictionary(pair => pair.member, pair => pair.group, StringComparer.Ordinal);

    public static SymbolGroup Of(string symbol)
    {
        if (KnownGroups.TryGetValue(symbol, out var known))
        {
            return known;
        }

        var endings = Endings.Split(' ').FirstOrDefault(group => group.Contains(symbol[^1], StringComparison.Ordinal));
        if (endings is null || symbol.Length < 2)
        {
            return new SymbolGroup(symbol, [symbol]);
        }

        var members = endings.Select(ending => symbol[..^1] + ending).Where(name => !KnownGroups.ContainsKey(name)).ToArray();
        return new SymbolGroup(members[0], members);
    }
}
