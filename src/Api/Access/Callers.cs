using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sentiment.Domain.Access;

namespace Sentiment.Api.Access;

/// <summary>Finds out who calls by the key that is presented as <c>Authorization: Bearer</c> or <c>x-functions-key</c>.</summary>
internal sealed class Callers(IAdminKey admin, KeyStore keys)
{
    private const string Scheme = "Bearer ";

    /// <summary>The key as presented; empty: none.</summary>
    public static string Presented(HttpRequest request) =>
        request.Headers.Authorization.ToString() is { } bearer && bearer.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? bearer[Scheme.Length..].Trim() : request.Headers["x-functions-key"].ToString();

    /// <summary>Who presents a key; null: nobody who is known.</summary>
    public async ValueTask<Caller?> FindAsync(string presented, CancellationToken cancellationToken)
    {
        if (presented.Length == 0)
        {
            return null;
        }

        if (await keys.FindAsync(presented, cancellationToken).ConfigureAwait(false) is { } key)
        {
            return new(key.Id, key.Tenant, key.Scopes);
        }

        // Hashes have one length, so the comparison takes the same time whatever was presented.
        var expected = await admin.GetAsync(cancellationToken).ConfigureAwait(false);
        return expected.Length > 0 && CryptographicOperations.FixedTimeEquals(Hash(presented), Hash(expected)) ? Caller.Admin : null;
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
