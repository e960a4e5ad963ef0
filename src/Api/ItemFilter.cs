using System.Diagnostics.CodeAnalysis;
using Sentiment.Domain.Items;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api;

/// <summary>Reads what items are asked for: each kind of value given several times, separated by commas, or both.</summary>
public static class ItemFilter
{
    private const int MaxSourceLength = 100;

    /// <summary>Reads a filter; false with the problem, which names the field, where it is none.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="symbols">Symbols, in any case.</param>
    /// <param name="labels">Labels: <c>positive</c>, <c>neutral</c>, <c>negative</c>.</param>
    /// <param name="tags">Tags, in any case.</param>
    /// <param name="sources">Tables.</param>
    /// <param name="query">The query, of any time.</param>
    /// <param name="problem">What is wrong.</param>
    public static bool TryRead(
        string tenant, IEnumerable<string?> symbols, IEnumerable<string?> labels, IEnumerable<string?> tags, IEnumerable<string?> sources,
        [NotNullWhen(true)] out ItemQuery? query, [NotNullWhen(false)] out string? problem)
    {
        query = null;
        if (Values("symbol", symbols, s => s.ToUpperInvariant() is var symbol && SymbolRules.IsSymbol(symbol) ? symbol : null,
                "symbols of [A-Z0-9][A-Z0-9.^=/-], at most 32 characters each", out var readSymbols) is { } badSymbol)
        {
            problem = badSymbol;
        }
        else if (Values("label", labels, Label, "positive, neutral or negative", out var readLabels) is { } badLabel)
        {
            problem = badLabel;
        }
        else if (Values("tag", tags, ItemTags.From, $"tags of at most {ItemTags.MaxLength} characters each", out var readTags) is { } badTag)
        {
            problem = badTag;
        }
        else if (Values("source", sources, s => s.Length <= MaxSourceLength && !s.Any(char.IsControl) ? s : null, "tables such as tiingo/news", out var readSources) is { } badSource)
        {
            problem = badSource;
        }
        else
        {
            problem = null;
            query = new(tenant) { Symbols = readSymbols, Labels = [.. readLabels.Select(l => l!.Value)], Tags = readTags, Sources = readSources };
        }

        return problem is null;
    }

    private static SentimentLabel? Label(string text) => text.ToUpperInvariant() switch
    {
        "POSITIVE" => SentimentLabel.Positive,
        "NEUTRAL" => SentimentLabel.Neutral,
        "NEGATIVE" => SentimentLabel.Negative,
        _ => null,
    };

    private static string? Values<T>(string name, IEnumerable<string?> given, Func<string, T?> read, string expected, out IReadOnlyList<T> values)
    {
        string[] texts = [.. given.OfType<string>().SelectMany(g => g.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        values = [.. texts.Select(read).OfType<T>().Distinct()];
        return texts.Any(t => read(t) is null) ? $"{name}: {expected} expected"
            : values.Count > ItemQuery.MaxOfAKind ? $"{name}: at most {ItemQuery.MaxOfAKind} expected"
            : null;
    }
}
