using System.Text.Json;
using System.Text.RegularExpressions;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Tenants;

/// <summary>Reads a tenants file; every problem is found in one go and named by its JSON path.</summary>
public static partial class TenantsFile
{
    [GeneratedRegex("^[a-z0-9-]{1,40}\\z")]
    private static partial Regex IdPattern { get; }

    [GeneratedRegex("^(env|keyvault):[A-Za-z0-9_-]{1,127}\\z")]
    private static partial Regex CredentialPattern { get; }

    /// <summary>Reads the file's bytes.</summary>
    /// <param name="utf8">The JSON text.</param>
    /// <param name="sources">The tables that exist.</param>
    /// <param name="models">The names of the models that exist; null: the default alone.</param>
    /// <exception cref="TenantsFileException">It has problems; all of them are listed.</exception>
    public static TenantRoster Parse(ReadOnlyMemory<byte> utf8, SourceCatalog sources, IReadOnlyCollection<string>? models = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        using var document = Json(utf8);
        var reading = new TenantReading(sources.Descriptions.ToDictionary(d => d.Table), models ?? [ISentimentModels.Default]);
        var tenants = reading.Tenants(document.RootElement);
        return reading.Problems.Count == 0
            ? new(tenants, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(utf8.Span)))
            : throw new TenantsFileException(reading.Problems);
    }

    /// <summary>Reads the settings of one tenant, whose id is known; what a host adds when it shows them is passed over.</summary>
    /// <param name="id">Its id; one beside the settings must be the same.</param>
    /// <param name="utf8">The JSON text.</param>
    /// <param name="sources">The tables that exist.</param>
    /// <param name="models">The names of the models that exist; null: the default alone.</param>
    /// <exception cref="TenantsFileException">They have problems; all of them are listed, each behind the path of its field such as <c>tables[2]</c>.</exception>
    public static Tenant ParseOne(string id, ReadOnlyMemory<byte> utf8, SourceCatalog sources, IReadOnlyCollection<string>? models = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        using var document = Json(utf8);
        var reading = new TenantReading(sources.Descriptions.ToDictionary(d => d.Table), models ?? [ISentimentModels.Default]);
        Tenant? tenant;
        try
        {
            tenant = reading.One(id, document.RootElement);
        }
        catch (InvalidOperationException)
        {
            throw new TenantsFileException(["$: a text that is no Unicode"]);
        }

        return reading.Problems.Count == 0 ? tenant! : throw new TenantsFileException(reading.Problems);
    }

    /// <summary>Whether a text can be a tenant's id.</summary>
    public static bool IsId(string text) => IdPattern.IsMatch(text);

    /// <summary>Whether a text is a reference to a secret: <c>env:NAME</c> or <c>keyvault:NAME</c>.</summary>
    public static bool IsReference(string text) => CredentialPattern.IsMatch(text);

    private static JsonDocument Json(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return JsonDocument.Parse(utf8, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        }
        catch (JsonException exception)
        {
            throw new TenantsFileException([$"$: not JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}"]);
        }
    }
}

/// <summary>A tenants file has problems.</summary>
public sealed class TenantsFileException(IReadOnlyList<string> problems)
    : Exception("The tenants file has problems:\n" + string.Join('\n', problems.Select(p => "  " + p)))
{
    /// <summary>Each problem, with its JSON path first.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
