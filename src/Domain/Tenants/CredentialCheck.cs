using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Tenants;

/// <summary>What a vendor said of a credential.</summary>
/// <param name="Outcome">Whether it takes it.</param>
/// <param name="Detail">What was said, such as <c>401 from Tiingo</c>; never a secret.</param>
public sealed record CredentialVerdict(CredentialOutcome Outcome, string Detail);

/// <summary>Whether a vendor takes a credential.</summary>
public enum CredentialOutcome
{
    /// <summary>The vendor answered with what was asked for.</summary>
    Good,

    /// <summary>The vendor refuses it.</summary>
    Refused,

    /// <summary>The reference leads to no secret.</summary>
    Missing,

    /// <summary>Nobody knows: the vendor could not be asked, or its answer says nothing of the credential.</summary>
    Untested,
}

/// <summary>Tries a credential with one call of the vendor, which counts as every other call does.</summary>
public sealed class CredentialCheck(SourceCatalog sources, ISecrets secrets, TimeProvider time)
{
    /// <summary>How long a try may take.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>Tries a credential of a tenant.</summary>
    /// <param name="tenant">The tenant, with the tables that it will be called for.</param>
    /// <param name="vendor">The vendor.</param>
    /// <param name="reference">Where the secret is: <c>env:NAME</c> or <c>keyvault:NAME</c>.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public async Task<CredentialVerdict> TryAsync(Tenant tenant, string vendor, string reference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        string secret;
        try
        {
            secret = await secrets.ResolveAsync(reference, cancellationToken).ConfigureAwait(false);
        }
        catch (SecretMissingException missing)
        {
            return new(CredentialOutcome.Missing, missing.Message);
        }

        var table = tenant.Tables.Concat(tenant.Fallbacks?.Values ?? []).Concat(sources.Descriptions.Select(d => d.Table))
            .FirstOrDefault(t => sources.Find(t) is { } d && d.Vendor == vendor && d.Auth.Place != AuthPlace.None);
        return table is null ? new(CredentialOutcome.Untested, $"no table of '{vendor}' needs a credential, not tested")
            : await AskAsync(sources.Get(table), tenant, secret, cancellationToken).ConfigureAwait(false);
    }

    private async Task<CredentialVerdict> AskAsync(ITableSource source, Tenant tenant, string secret, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var name = Called(source.Description.Vendor);
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var symbols = source.Description.SymbolsOf(tenant.Symbols).Take(1).ToList();
            await source.FetchAsync(new(symbols, now - Window, now, source.Description.Cursor, null, secret)
            {
                Tenant = tenant.Id,
                Priority = CallPriority.Interactive,
                WaitsUntil = now + Limit,
                NotBefore = now, // What the vendor said before says nothing of today's secret.
            }, either.Token).ConfigureAwait(false);
            return new(CredentialOutcome.Good, $"{name} takes it");
        }
        catch (SourceStoppedException refused)
        {
            return new(CredentialOutcome.Refused, refused.Status is { } status ? $"{status} from {name}" : refused.Message);
        }
        catch (SourceWaitException)
        {
            return new(CredentialOutcome.Untested, $"{name} permits no call at the moment, not tested");
        }
        catch (SourceException failure) when (!failure.IsTransient)
        {
            return new(CredentialOutcome.Untested, $"{failure.Message}, not tested");
        }
        catch (Exception failure) when (failure is SourceException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return new(CredentialOutcome.Untested, $"{name} could not be reached, not tested");
        }
    }

    private static string Called(string vendor) => vendor.Length == 0 ? vendor : char.ToUpperInvariant(vendor[0]) + vendor[1..];
}
