using Azure.Core;
using Azure.Identity;

namespace Sentiment.Adapters.Secrets;

/// <summary>Who this process is to Azure.</summary>
public static class OwnIdentity
{
    /// <summary>The managed identity of that client id; without one the host's own, or a developer's sign-in.</summary>
    public static TokenCredential Of(string? clientId) =>
        new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = string.IsNullOrEmpty(clientId) ? null : clientId });
}
