using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sentiment.Domain.Tenants;

namespace Sentiment.Adapters.Secrets;

/// <summary>Registers the finding of secrets.</summary>
public static class SecretServices
{
    /// <summary>The key of the vault's address; without it only <c>env:NAME</c> is found.</summary>
    public const string VaultUri = "KeyVault:Uri";

    /// <summary>The key of the client id of the managed identity that asks the vault; without it, <see cref="OwnIdentity"/> finds one.</summary>
    public const string VaultClientId = "KeyVault:ClientId";

    /// <summary>Registers <see cref="ISecrets"/> over the environment and the configured key vault.</summary>
    /// <exception cref="ArgumentException">The vault's address is none.</exception>
    public static IServiceCollection AddSecrets(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var address = configuration[VaultUri] is not { Length: > 0 } text ? null
            : Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps ? uri
            : throw new ArgumentException($"{VaultUri}: '{text}' is no absolute https address");
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ISecrets>(provider => new ReferencedSecrets(
            address is null ? null : new SecretClient(address, OwnIdentity.Of(configuration[VaultClientId])), provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
