using System.Text.Json;

namespace Sentiment.Adapters.Rest;

/// <summary>An object of a file that is read, its place in the file, and the problems found so far.</summary>
internal sealed class RestSection(JsonElement element, string path, List<string> problems)
{
    private const int MaxText = 2000;

    /// <summary>Every problem of the file, with its JSON path first.</summary>
    public List<string> Problems => problems;

    /// <summary>Notes a problem of a field.</summary>
    public void Problem(string name, string what) => problems.Add($"{path}.{name}: {what}");

    /// <summary>Whether there is a field of that name.</summary>
    public bool Has(string name) => Value(name) is not null;

    /// <summary>Notes that it is no object, and every field but these.</summary>
    public void Only(params string[] names)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            problems.Add($"{path}: an object expected");
            return;
        }

        foreach (var property in element.EnumerateObject().Where(p => !names.Contains(p.Name, StringComparer.Ordinal)))
        {
            Problem(property.Name, $"unknown field; one of {string.Join(", ", names)} expected");
        }
    }

    /// <summary>A text that must be there unless a standard is given.</summary>
    public string Text(string name, Func<string, string?> problem, string? standard = null)
    {
        if (OptionalText(name, problem) is { } text)
        {
            return text;
        }

        if (standard is null && !Has(name))
        {
            Problem(name, problem("") ?? "a text expected");
        }

        return standard ?? "";
    }

    /// <summary>A text, or null.</summary>
    public string? OptionalText(string name, Func<string, string?> problem)
    {
        if (Value(name) is not { } value)
        {
            return null;
        }

        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (text.Length is 0 or > MaxText || problem(text) is not null)
        {
            Problem(name, problem(text) ?? $"a text of 1 to {MaxText} characters expected");
            return null;
        }

        return text;
    }

    /// <summary>One of some words.</summary>
    public T Word<T>(string name, T? standard, params (string Word, T Value)[] words)
        where T : struct
    {
        var expected = $"one of {string.Join(", ", words.Select(w => $"\"{w.Word}\""))} expected";
        var word = Text(name, t => words.Any(w => w.Word == t) ? null : expected, standard is null ? null : "");
        return words.FirstOrDefault(w => w.Word == word) is { Word: not null } found ? found.Value : standard ?? default;
    }

    /// <summary>A whole number within bounds.</summary>
    public int Number(string name, int? standard, int least, int most)
    {
        if (Value(name) is { } value ? value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most : standard is not null)
        {
            return Value(name)?.GetInt32() ?? standard!.Value;
        }

        Problem(name, $"a whole number from {least} to {most} expected");
        return standard ?? least;
    }

    /// <summary>A place in JSON, such as <c>$.company.name</c>.</summary>
    public JsonPath Place(string name, string? standard = null) =>
        JsonPath.Parse(Text(name, t => JsonPath.Parse(t) is null ? "a path such as \"$.items\" or \"$\" expected" : null, standard)) ?? JsonPath.Parse("$")!;

    /// <summary>A place in JSON, or null.</summary>
    public JsonPath? OptionalPlace(string name) => Has(name) ? Place(name) : null;

    /// <summary>An object below.</summary>
    public RestSection? Section(string name, bool isOptional)
    {
        if (Value(name) is { } value)
        {
            return new(value, $"{path}.{name}", problems);
        }

        if (!isOptional)
        {
            Problem(name, "an object expected");
        }

        return null;
    }

    /// <summary>The objects of a list below.</summary>
    public IEnumerable<RestSection> Sections(string name, int most)
    {
        if (Value(name) is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() is 0 || list.GetArrayLength() > most)
        {
            Problem(name, $"a list of 1 to {most} objects expected");
            return [];
        }

        return list.EnumerateArray().Select((item, index) => new RestSection(item, $"{path}.{name}[{index}]", problems));
    }

    private JsonElement? Value(string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;
}
