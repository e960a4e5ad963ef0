using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Sentiment.Api;

/// <summary>Knows the key that may do everything.</summary>
public interface IAdminKey
{
    /// <summary>The key; never logged.</summary>
    ValueTask<string> GetAsync(CancellationToken cancellationToken);
}

/// <summary>Lets a request through that presents the admin key as <c>Authorization: Bearer</c> or <c>x-functions-key</c>.</summary>
internal sealed class AdminKeyFilter(IAdminKey key) : IEndpointFilter
{
    private const string Scheme = "Bearer ";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var headers = context.HttpContext.Request.Headers;
        var presented = headers.Authorization.ToString() is { } bearer && bearer.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? bearer[Scheme.Length..].Trim() : headers["x-functions-key"].ToString();
        var expected = await key.GetAsync(context.HttpContext.RequestAborted).ConfigureAwait(false);

        // Hashes have one length, so the comparison takes the same time whatever was presented.
        if (CryptographicOperations.FixedTimeEquals(Hash(presented), Hash(expected)))
        {
            return await next(context).ConfigureAwait(false);
        }

        context.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
        return TypedResults.Problem(
            presented.Length == 0 ? "A key is expected: 'Authorization: Bearer KEY' or 'x-functions-key: KEY'." : "The key is not known.",
            statusCode: StatusCodes.Status401Unauthorized);
    }

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
