using System.Text.Json;
using System.Text.RegularExpressions;
using Sentiment.Adapters.Http;

namespace Sentiment.Adapters.Rest;

/// <summary>A place in a JSON value: <c>$</c> is the value itself, <c>$.company.name</c> a member of a member.</summary>
internal sealed partial class JsonPath
{
    private readonly string[] _names;

    private JsonPath(string text, string[] names) => (Text, _names) = (text, names);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    [GeneratedRegex(@"^\$(\.[A-Za-z0-9_@-]{1,64}){0,8}\z")]
    private static partial Regex Pattern { get; }

    /// <summary>Reads a path; null if it is none.</summary>
    public static JsonPath? Parse(string text) =>
        Pattern.IsMatch(text) ? new(text, text.Split('.')[1..]) : null;

    /// <summary>What is at the place; null if nothing is.</summary>
    public JsonElement? Of(JsonElement root)
    {
        JsonElement? at = root;
        foreach (var name in _names)
        {
            at = JsonValues.Member(at, name);
        }

        return at;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
