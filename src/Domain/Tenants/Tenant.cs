using System.Text.Json.Serialization;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Tenants;

/// <summary>A customer whose tables are watched.</summary>
/// <param name="Id">1 to 40 characters of <c>[a-z0-9-]</c>.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Symbols">Upper-case symbols, in the order given, without repeats.</param>
/// <param name="Tables">Tables such as <c>tiingo/news</c>.</param>
/// <param name="Credentials">Vendor → <c>env:NAME</c> or <c>keyvault:NAME</c>; never the secret.</param>
/// <param name="Retention">How long its data are kept; null: as the host's settings say.</param>
public sealed record Tenant(
    string Id, string Name, IReadOnlyList<string> Symbols, IReadOnlyList<string> Tables,
    IReadOnlyDictionary<string, string> Credentials, TenantRetention? Retention = null)
{
    /// <summary>Table → the table of another vendor that takes over in a run in which the first one's vendor keeps failing; null: none does.</summary>
    public IReadOnlyDictionary<string, string>? Fallbacks { get; init; }

    /// <summary>Addresses of the people to ask about it; null: none are known.</summary>
    public IReadOnlyList<string>? Emails { get; init; }

    /// <summary>When its scheduled runs are due: six NCRONTAB fields, UTC; null: with every tick of the host's schedule.</summary>
    public string? Schedule { get; init; }

    /// <summary>The name of the model that scores its texts; null: the host's default.</summary>
    public string? Model { get; init; }

    /// <summary>Whether no run is about it; what it has can be read all the same.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsDisabled { get; init; }

    /// <summary>The reference to the secret that a source is called with; null where it needs none.</summary>
    /// <exception cref="SecretMissingException">It needs one, and the tenant has none.</exception>
    public string? CredentialFor(SourceDescription source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Auth.Place == AuthPlace.None ? null
            : Credentials.GetValueOrDefault(source.Vendor) ?? source.Auth.Credential
                ?? throw new SecretMissingException($"Tenant '{Id}' has no credential for '{source.Vendor}'.");
    }
}

/// <summary>How many days a tenant's data are kept; null: as the host's settings say.</summary>
/// <param name="Items">Items and their index, from their publication; older records are skipped when they are delivered again.</param>
/// <param name="Bars">Bars; at least as long as items.</param>
/// <param name="Quarantine">Invalid records, from when they were fetched.</param>
public sealed record TenantRetention(int? Items = null, int? Bars = null, int? Quarantine = null)
{
    /// <summary>The most days: ten years.</summary>
    public const int MaxDays = 3650;
}

/// <summary>The tenants there are.</summary>
/// <param name="Tenants">By the order of their file.</param>
/// <param name="Hash">A hash of what they were read from.</param>
public sealed record TenantRoster(IReadOnlyList<Tenant> Tenants, string Hash);

/// <summary>Finds the secret that a credential reference names.</summary>
public interface ISecrets
{
    /// <summary>The secret.</summary>
    /// <param name="reference"><c>env:NAME</c> or <c>keyvault:NAME</c>.</param>
    /// <param name="cancellationToken">Gives the look-up up.</param>
    /// <exception cref="SecretMissingException">There is none.</exception>
    ValueTask<string> ResolveAsync(string reference, CancellationToken cancellationToken);
}

/// <summary>A credential reference leads nowhere; the message names the reference, never a secret.</summary>
public sealed class SecretMissingException(string message) : Exception(message);
