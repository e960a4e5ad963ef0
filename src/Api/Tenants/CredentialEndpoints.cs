using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sentiment.Api.Access;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api.Tenants;

/// <summary>Trying vendors' credentials.</summary>
internal static class CredentialEndpoints
{
    private const string Expected = "{\"vendor\":\"tiingo\",\"reference\":\"env:NAME\" or \"keyvault:NAME\"} expected, never the secret itself";

    public static void MapCredentials(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/tenants/{tenant}/credentials/test", TestAsync).Takes(new CredentialOrder("tiingo", "env:TIINGO_TOKEN"))
            .Tells("Tries a vendor's credential with one call.", new CredentialTested("tiingo", false, "401 from Tiingo"));

    /// <summary>Tries those credentials of a tenant's new settings that are not as they were.</summary>
    /// <returns>What could not be tested.</returns>
    /// <exception cref="RequestProblem">A vendor refuses one, a reference leads nowhere, or is not for the caller to name.</exception>
    public static async Task<IReadOnlyList<string>> CheckAsync(
        Tenant wanted, Tenant? standing, Caller caller, TenantStore store, CredentialCheck check, CancellationToken cancellationToken)
    {
        var fresh = wanted.Credentials.Where(c => standing?.Credentials.GetValueOrDefault(c.Key) != c.Value).ToList();
        foreach (var (vendor, reference) in fresh)
        {
            await SecretNames.PermitAsync(caller, $"credentials.{vendor}", reference, standing?.Credentials.Values ?? [], store, cancellationToken).ConfigureAwait(false);
        }

        var verdicts = await Task.WhenAll(fresh.Select(async c => (Field: $"credentials.{c.Key}", Verdict: await check.TryAsync(wanted, c.Key, c.Value, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
        var refused = verdicts.Where(v => v.Verdict.Outcome is CredentialOutcome.Refused or CredentialOutcome.Missing).Select(v => $"{v.Field}: {v.Verdict.Detail}").ToList();
        return refused.Count > 0 ? throw RequestProblem.Of(refused)
            : [.. verdicts.Where(v => v.Verdict.Outcome == CredentialOutcome.Untested).Select(v => $"{v.Field}: {v.Verdict.Detail}")];
    }

    private static async Task<Ok<CredentialTested>> TestAsync(
        string tenant, HttpRequest request, TenantStore store, CredentialCheck check, CancellationToken cancellationToken)
    {
        var order = await Body.ReadAsync(request, ApiJson.Default.CredentialOrder, Expected).ConfigureAwait(false);
        if (order?.Vendor is not { Length: > 0 and <= 100 } vendor)
        {
            throw RequestProblem.Bad("vendor", Expected);
        }

        if (order.Reference is not { } reference || !TenantsFile.IsReference(reference))
        {
            throw RequestProblem.Bad("reference", Expected);
        }

        var stored = await TenantEndpoints.StandingAsync(tenant, store, cancellationToken).ConfigureAwait(false) ?? throw RequestProblem.NoTenant(tenant);
        await SecretNames.PermitAsync(Caller.Of(request.HttpContext), "reference", reference, stored.Row.Tenant.Credentials.Values, store, cancellationToken).ConfigureAwait(false);
        var verdict = await check.TryAsync(stored.Row.Tenant, vendor, reference, cancellationToken).ConfigureAwait(false);
        return TypedResults.Ok(new CredentialTested(vendor, verdict.Outcome == CredentialOutcome.Good, verdict.Detail));
    }
}

/// <summary>Which credential is to be tried.</summary>
/// <param name="Vendor">The vendor, such as <c>tiingo</c>.</param>
/// <param name="Reference">Where the secret is: <c>env:NAME</c> or <c>keyvault:NAME</c>.</param>
public sealed record CredentialOrder(string? Vendor, string? Reference);

/// <summary>What came of a try.</summary>
/// <param name="Vendor">The vendor.</param>
/// <param name="Ok">Whether it takes the credential.</param>
/// <param name="Detail">What it said.</param>
public sealed record CredentialTested(string Vendor, bool Ok, string Detail);
