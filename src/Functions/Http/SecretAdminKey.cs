using Microsoft.Extensions.Configuration;
using Sentiment.Api;
using Sentiment.Domain.Tenants;

namespace Sentiment.Functions.Http;

/// <summary>The admin key: the setting <c>AdminKey</c> where there is one (a developer's machine), else the Key Vault secret <c>admin-key</c>.</summary>
internal sealed class SecretAdminKey(IConfiguration configuration, ISecrets secrets) : IAdminKey
{
    public ValueTask<string> GetAsync(CancellationToken cancellationToken) => configuration["AdminKey"] is { Length: > 0 } key
        ? new(key) : secrets.ResolveAsync("keyvault:admin-key", cancellationToken);
}
