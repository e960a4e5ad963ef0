namespace Sentiment.Simulator.Access;

/// <summary>Whether a key may call: any key may, unless its name or the options say otherwise.</summary>
internal sealed class KeyGate(SimulatorOptions options)
{
    private readonly HashSet<string> _wrong = new(options.WrongKeys, StringComparer.Ordinal);

    public bool IsWrong(string? key) =>
        string.IsNullOrWhiteSpace(key) || key.StartsWith("wrong-", StringComparison.Ordinal) || _wrong.Contains(key);

    public static bool LacksEntitlement(string key) => key.StartsWith("noentitle-", StringComparison.Ordinal);
}
