using System.Security.Cryptography;
using System.Text;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Http;

/// <summary>One call of a source.</summary>
/// <param name="PathAndQuery">Below the base address; carries no credential.</param>
/// <param name="Source">Who calls: where its credential travels and what its answers mean.</param>
/// <param name="Page">Whose call it is, and with which secret.</param>
internal sealed record VendorCall(string PathAndQuery, SourceDescription Source, PageRequest Page)
{
    /// <summary>The secret; null where none is needed.</summary>
    public string? Credential => Page.Credential;

    /// <summary>Returns if a body is what the source expects; otherwise its failure says what to do. Default: a JSON array is expected.</summary>
    public Func<ReadOnlyMemory<byte>, bool> HasRecords { get; init; } = body => JsonBodies.IsWhole(body.Span, System.Text.Json.JsonTokenType.StartArray);

    /// <summary>What the source reads, in words, such as <c>list</c>.</summary>
    public string Expected { get; init; } = "list";

    /// <summary>Whether no later run will ask for the same, so that its answer is kept in this process only; default false.</summary>
    public bool IsOfOneRun { get; init; }

    /// <summary>Under what its answer is kept: the same for all who ask the same with the same credential, and no secret can be had from it.</summary>
    /// <param name="baseUrl">The base address.</param>
    public string Key(Uri baseUrl)
    {
        var credential = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Credential ?? "")));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Source.Vendor}\n{baseUrl}\n{credential}\n{PathAndQuery}")));
    }

    /// <summary>Where the call goes. The only place where a query credential joins an address; nothing writes the result down.</summary>
    /// <param name="baseUrl">The base address, which ends in a slash.</param>
    /// <exception cref="SourceException">It would go to another host, and the credential with it.</exception>
    public Uri Address(Uri baseUrl)
    {
        var query = Source.Auth.Place == AuthPlace.Query
            ? $"{(PathAndQuery.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{Source.Auth.Name}={Uri.EscapeDataString(Credential ?? "")}" : "";
        return Uri.TryCreate(baseUrl, PathAndQuery + query, out var address) && address.Authority == baseUrl.Authority && address.Scheme == baseUrl.Scheme
            ? address : throw new SourceException($"{Source.Table}: a page lies on another host than {baseUrl.Authority}", isTransient: false);
    }

    /// <summary>Without the credential.</summary>
    public override string ToString() => $"{Source.Table} {PathAndQuery}";
}
