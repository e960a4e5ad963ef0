namespace Sentiment.Domain.Alerts.Rules;

/// <summary>A tenant's enabled rules by what they watch.</summary>
internal sealed class RuleIndex
{
    private readonly Dictionary<string, IReadOnlyList<AlertRule>> _bySymbol = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _horizons = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<AlertRule> _every;
    private readonly int _horizonOfEvery;

    public RuleIndex(IReadOnlyList<AlertRule> enabled)
    {
        var onItems = enabled.Where(r => IsOnItems(r.When.Kind)).ToList();
        _every = onItems.FindAll(r => r.Symbols.Contains(AlertRule.EverySymbol));
        foreach (var symbol in onItems.SelectMany(r => r.Symbols.Where(s => s != AlertRule.EverySymbol).Distinct(StringComparer.Ordinal).Select(s => (Symbol: s, Rule: r))).GroupBy(s => s.Symbol, StringComparer.Ordinal))
        {
            _bySymbol[symbol.Key] = [.. symbol.Select(s => s.Rule).Concat(_every).OrderBy(r => r.Id, StringComparer.Ordinal)];
            _horizons[symbol.Key] = HorizonOf(_bySymbol[symbol.Key]);
        }

        _horizonOfEvery = HorizonOf(_every);
        Longest = Math.Max(_horizonOfEvery, _horizons.Count == 0 ? 0 : _horizons.Values.Max());
        Standing = [.. enabled.Where(r => !IsOnItems(r.When.Kind))];
    }

    /// <summary>Rules on runs, quotas and silent tables.</summary>
    public IReadOnlyList<AlertRule> Standing { get; }

    /// <summary>How many minutes back items matter to any rule; 0: no rule is on items.</summary>
    public int Longest { get; }

    /// <summary>Whether a kind is measured from items.</summary>
    public static bool IsOnItems(AlertKind kind) => kind is AlertKind.Score or AlertKind.Volume or AlertKind.Change or AlertKind.Spike;

    /// <summary>The rules that watch a symbol's items, by id.</summary>
    public IReadOnlyList<AlertRule> Of(string symbol) => _bySymbol.GetValueOrDefault(symbol) ?? _every;

    /// <summary>How many minutes back items of a symbol matter; 0: nobody watches it.</summary>
    public int HorizonOf(string symbol) => _horizons.GetValueOrDefault(symbol, _horizonOfEvery);

    private static int HorizonOf(IReadOnlyList<AlertRule> rules) => rules.Count == 0 ? 0 : rules.Max(r => MeasuredItems.HorizonOf(r.When));
}
