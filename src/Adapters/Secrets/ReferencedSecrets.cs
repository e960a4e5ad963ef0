using Azure;
using Azure.Security.KeyVault.Secrets;
using Sentiment.Domain.Caching;
using Sentiment.Domain.Tenants;

namespace Sentiment.Adapters.Secrets;

/// <summary>Secrets from environment variables and, where there is one, a key vault; each is kept for <see cref="Life"/>.</summary>
internal sealed class ReferencedSecrets(SecretClient? vault, TimeProvider time) : ISecrets
{
    /// <summary>How long a secret is kept: a rotated one is seen within this time.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private const string EnvironmentScheme = "env:";
    private const string VaultScheme = "keyvault:";
    private const int Capacity = 10_000;

    private readonly ShortLivedCache<string> _cache = new(Life, Capacity, time);

    /// <inheritdoc/>
    public ValueTask<string> ResolveAsync(string reference, CancellationToken cancellationToken) =>
        _cache.GetAsync(reference, token => FindAsync(reference, token), cancellationToken);

    private async Task<string> FindAsync(string reference, CancellationToken cancellationToken) =>
        reference.StartsWith(EnvironmentScheme, StringComparison.Ordinal) ? FromEnvironment(reference[EnvironmentScheme.Length..])
        : reference.StartsWith(VaultScheme, StringComparison.Ordinal) ? await FromVaultAsync(reference[VaultScheme.Length..], cancellationToken).ConfigureAwait(false)
        : throw new SecretMissingException("A credential is neither env:NAME nor keyvault:NAME."); // It may be a secret pasted by mistake: not repeated.

    private static string FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } secret
        ? secret : throw new SecretMissingException($"The environment variable {name} is not set; a credential names it.");

    private async Task<string> FromVaultAsync(string name, CancellationToken cancellationToken)
    {
        if (vault is null)
        {
            throw new SecretMissingException($"'{VaultScheme}{name}' cannot be resolved: {SecretServices.VaultUri} is not set; set it, or use env:NAME.");
        }

        try
        {
            var secret = await vault.GetSecretAsync(name, cancellationToken: cancellationToken).ConfigureAwait(false);
            return secret.Value.Value;
        }
        catch (RequestFailedException failure) when (failure.Status is 400 or 404)
        {
            throw new SecretMissingException($"The key vault has no secret '{name}'; a credential names it.");
        }
        catch (RequestFailedException failure) when (failure.Status is 401 or 403)
        {
            throw new SecretMissingException($"The key vault denies access to '{name}' ({failure.Status}): this host's identity needs the role Key Vault Secrets User.");
        }
    }
}
