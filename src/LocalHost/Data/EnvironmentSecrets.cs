using Sentiment.Domain.Tenants;

namespace Sentiment.LocalHost.Data;

/// <summary>Secrets from environment variables.</summary>
internal sealed class EnvironmentSecrets : ISecrets
{
    private const string Scheme = "env:";

    public ValueTask<string> ResolveAsync(string reference, CancellationToken cancellationToken)
    {
        if (!reference.StartsWith(Scheme, StringComparison.Ordinal))
        {
            throw new SecretMissingException($"'{reference}' cannot be resolved on this host: use env:NAME.");
        }

        var name = reference[Scheme.Length..];
        return Environment.GetEnvironmentVariable(name) is { Length: > 0 } secret
            ? new(secret)
            : throw new SecretMissingException($"The environment variable {name} is not set; the tenants file names it as a credential.");
    }
}
