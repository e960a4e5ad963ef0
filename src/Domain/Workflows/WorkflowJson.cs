using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sentiment.Domain.Workflows;

/// <summary>How inputs, results, events and statuses of workflows are written, the same on every engine.</summary>
public static class WorkflowJson
{
    private const int MaxStatusBytes = 2048;

    /// <summary>The JSON of a value; null for null.</summary>
    public static string? Write(object? value) =>
        value is null ? null : JsonSerializer.Serialize(value, value.GetType(), WorkflowRegistry.Json);

    /// <summary>The value of a JSON; the default for null.</summary>
    public static T Read<T>(string? json) => json is null ? default! : JsonSerializer.Deserialize<T>(json, WorkflowRegistry.Json)!;

    /// <summary>The JSON of a custom status; null for null.</summary>
    /// <exception cref="ArgumentException">It is longer than 2 KB.</exception>
    public static string? WriteStatus(object? status)
    {
        if (Write(status) is not { } json)
        {
            return null;
        }

        var bytes = Encoding.UTF8.GetByteCount(json);
        return bytes <= MaxStatusBytes ? json : throw new ArgumentException(
            string.Create(CultureInfo.InvariantCulture, $"A custom status is {MaxStatusBytes} bytes of JSON at most; this is {bytes}."), nameof(status));
    }
}
