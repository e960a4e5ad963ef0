using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Sentiment.Domain.Live;

namespace Sentiment.LocalHost.Live;

/// <summary>Who connects, and what it may do.</summary>
/// <param name="Name">The id of the key that asked for the URL.</param>
/// <param name="Permissions">By the token's roles.</param>
internal sealed record HubUser(string Name, Permissions Permissions);

/// <summary>Signs and checks access tokens. Their key is made at the start and never leaves memory, so none outlives the process.</summary>
internal sealed class AccessTokens(TimeProvider time)
{
    private const string Role = "role";
    private readonly SymmetricSecurityKey _key = new(RandomNumberGenerator.GetBytes(32));
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };

    /// <summary>A token for connecting within <see cref="ILiveHub.UrlLife"/>.</summary>
    public string Sign(string audience, string user, IReadOnlyCollection<string> roles)
    {
        var now = time.GetUtcNow();
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Audience = audience,
            IssuedAt = now.UtcDateTime,
            Expires = (now + ILiveHub.UrlLife).UtcDateTime,
            Claims = new Dictionary<string, object> { [JwtRegisteredClaimNames.Sub] = user, [Role] = roles.ToArray() },
            SigningCredentials = new(_key, SecurityAlgorithms.HmacSha256),
        });
    }

    /// <summary>Who a token is for, or what is wrong with it.</summary>
    public async Task<(HubUser? User, string Problem)> ReadAsync(string token, string audience)
    {
        if (token.Length == 0)
        {
            return (null, "a URL from POST /api/tenants/TENANT/negotiate expected");
        }

        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = _key,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            ValidAudience = audience,
            ValidateIssuer = false,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            LifetimeValidator = (_, expires, _, _) => expires > time.GetUtcNow().UtcDateTime,
        }).ConfigureAwait(false);
        var user = result.IsValid ? result.ClaimsIdentity.FindFirst(JwtRegisteredClaimNames.Sub)?.Value : null;
        return user switch
        {
            { Length: > 0 } => (new(user, new([.. result.ClaimsIdentity.FindAll(Role).Select(r => r.Value)])), ""),
            _ => (null, result.Exception switch
            {
                SecurityTokenInvalidLifetimeException or SecurityTokenNoExpirationException => "the token has expired; negotiate again",
                SecurityTokenInvalidAudienceException => "the token is for another hub",
                _ => "the token is none of this server's; after a restart of the server, negotiate again",
            }),
        };
    }
}
