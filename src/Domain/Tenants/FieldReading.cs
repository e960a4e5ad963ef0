using System.Text.Json;

namespace Sentiment.Domain.Tenants;

/// <summary>Reads fields of JSON objects and notes each that is not as expected by its path.</summary>
internal abstract class FieldReading
{
    /// <summary>What was wrong so far, each behind its path.</summary>
    public List<string> Problems { get; } = [];

    protected static string At(string path, string name) => path.Length == 0 ? name : path + "." + name;

    // A field that is null is one that is not there.
    protected static bool Has(JsonElement element, string name, out JsonElement value) => element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    protected void CheckFields(JsonElement element, string path, string known) => Problems.AddRange(element.EnumerateObject()
        .Where(p => !known.Split(' ').Contains(p.Name, StringComparer.Ordinal)).Select(p => $"{At(path, Plain(p.Name))}: unknown field"));

    // A longer or stranger name is none that a person mistyped.
    protected static string Plain(string name) =>
        name.Length is > 0 and <= 40 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or '$') ? name : "?";

    protected string Text(JsonElement element, string name, string path)
    {
        if (Has(element, name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= 200 } text)
        {
            return text;
        }

        Problems.Add($"{At(path, name)}: a text of 1 to 200 characters expected");
        return "";
    }

    protected List<string> Texts(JsonElement element, string name, string path, Func<string, string?> problem, bool isOptional = false)
    {
        var texts = new List<string>();
        if (isOptional && (!Has(element, name, out var given) || (given.ValueKind == JsonValueKind.Array && given.GetArrayLength() == 0)))
        {
            return texts;
        }

        if (!element.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            Problems.Add($"{At(path, name)}: an array of at least one text expected");
            return texts;
        }

        var index = 0;
        foreach (var value in list.EnumerateArray())
        {
            var at = $"{At(path, name)}[{index++}]";
            if (value.ValueKind != JsonValueKind.String)
            {
                Problems.Add($"{at}: a text expected");
            }
            else if (problem(value.GetString()!) is { } what)
            {
                Problems.Add($"{at}: {what}");
            }
            else
            {
                texts.Add(value.GetString()!);
            }
        }

        return texts;
    }
}
