using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Sentiment.Domain.Access;

/// <summary>A tenant's key in full: <c>sk_ID_SECRET</c>, the secret 256 random bits.</summary>
internal static partial class KeyText
{
    public const string Prefix = "sk_";

    [GeneratedRegex(@"^sk_([a-z0-9-]{1,40}\.[0-9a-f]{16})_([A-Za-z0-9_-]{43})\z")]
    private static partial Regex Pattern { get; }

    public static (string Id, string Text, string Hash) New(string tenant)
    {
        var id = $"{tenant}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var secret = System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return (id, $"{Prefix}{id}_{secret}", Hash(secret));
    }

    /// <summary>Its public id and what its secret's hash must be.</summary>
    public static bool TryRead(string text, out string id, out string hash)
    {
        var match = Pattern.Match(text);
        (id, hash) = match.Success ? (match.Groups[1].Value, Hash(match.Groups[2].Value)) : ("", "");
        return match.Success;
    }

    public static bool IsId(string text) => Pattern.IsMatch($"{Prefix}{text}_{new string('A', 43)}");

    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret)));
}
