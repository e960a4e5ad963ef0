using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sentiment.Simulator.SideDoor;

/// <summary>The spelling of enum values in JSON, also where they are property names.</summary>
internal static class JsonNames
{
    public static string Of<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

/// <summary>Writes and reads an enum by its camel-case names only, never by number.</summary>
internal sealed class NameConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
