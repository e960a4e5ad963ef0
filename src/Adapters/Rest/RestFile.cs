using System.Text.Json;
using System.Text.RegularExpressions;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Rest;

/// <summary>Reads the file that describes a JSON API; every problem is found in one go and named by its JSON path.</summary>
internal static partial class RestFile
{
    private const int MaxBytes = 1024 * 1024;
    private const int MaxTables = 100;

    /// <summary>Vendors that are built in: their credentials must not be sent to a host that a file names.</summary>
    public static readonly string[] Taken = ["tiingo", "finnhub", "alphavantage"];

    [GeneratedRegex(@"^[a-z0-9-]{1,40}\z")]
    private static partial Regex VendorPattern { get; }

    [GeneratedRegex(@"^[a-z0-9-]{1,40}/[a-z0-9-]{1,60}\z")]
    private static partial Regex TablePattern { get; }

    [GeneratedRegex(@"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}\z")]
    private static partial Regex HeaderPattern { get; }

    [GeneratedRegex("^(env|keyvault):[A-Za-z0-9_-]{1,127}\\z")]
    private static partial Regex CredentialPattern { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="RestFileException">It cannot be read, or has problems; all of them are listed.</exception>
    public static RestApi Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > MaxBytes)
            {
                throw new RestFileException(path, [$"$: at most {MaxBytes:#,0} bytes expected, found {stream.Length:#,0}"]);
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return Parse(path, bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new RestFileException(path, [$"$: cannot be read: {exception.Message}"]);
        }
    }

    /// <summary>Reads a file's bytes.</summary>
    /// <param name="file">What to call it in errors.</param>
    /// <param name="utf8">The JSON text.</param>
    /// <exception cref="RestFileException">It has problems; all of them are listed.</exception>
    public static RestApi Parse(string file, ReadOnlyMemory<byte> utf8)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        }
        catch (JsonException exception)
        {
            throw new RestFileException(file, [$"$: not JSON: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}"]);
        }

        using (document)
        {
            var root = new RestSection(document.RootElement, "$", []);
            var api = Api(root);
            return root.Problems.Count == 0 ? api : throw new RestFileException(file, root.Problems);
        }
    }

    private static RestApi Api(RestSection root)
    {
        root.Only("vendor", "baseUrl", "auth", "tables");
        var vendor = root.Text("vendor", t => VendorPattern.IsMatch(t) && !Taken.Contains(t, StringComparer.Ordinal)
            ? null : $"1 to 40 characters of [a-z0-9-] and none of {string.Join(", ", Taken)} expected");
        var baseUrl = root.Text("baseUrl", BaseUrlProblem);
        var auth = Auth(root.Section("auth", isOptional: true));
        var tables = new List<RestTable>();
        foreach (var section in root.Sections("tables", MaxTables))
        {
            var table = new RestTableReading(section, vendor, auth).Read(TablePattern);
            if (tables.Any(t => t.Description.Table == table.Description.Table))
            {
                section.Problem("name", $"'{table.Description.Table}' is there twice");
            }

            tables.Add(table);
        }

        return new(vendor, baseUrl, tables);
    }

    private static string? BaseUrlProblem(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            ? null : "an absolute https address (http on this machine alone) without user, query and fragment expected";

    private static SourceAuth Auth(RestSection? section)
    {
        if (section is null)
        {
            return SourceAuth.Open;
        }

        section.Only("header", "format", "credential");
        var header = section.Text("header", t => HeaderPattern.IsMatch(t) ? null : "a header's name expected");
        var format = section.Text("format", FormatProblem, standard: "{credential}");

        // The value may be a secret pasted by mistake, so it is not repeated.
        var credential = section.OptionalText("credential", t => CredentialPattern.IsMatch(t) ? null : "\"env:NAME\" or \"keyvault:NAME\" expected, never the secret itself");
        return new(AuthPlace.Header, header, format.Replace("{credential}", "", StringComparison.Ordinal), credential);
    }

    private static string? FormatProblem(string text) =>
        text.EndsWith("{credential}", StringComparison.Ordinal) && text.Length <= 64 && text.All(c => c is >= ' ' and <= '~')
            ? null : "at most 64 characters that end in {credential} expected, such as \"Bearer {credential}\"";
}

/// <summary>The file of a JSON API cannot be read or has problems.</summary>
/// <param name="file">Its path.</param>
/// <param name="problems">Each problem, with its JSON path first.</param>
public sealed class RestFileException(string file, IReadOnlyList<string> problems)
    : ArgumentException($"Sources:Rest:Files: '{file}' has problems:\n" + string.Join('\n', problems.Select(p => "  " + p)))
{
    /// <summary>Each problem, with its JSON path first.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
