using Microsoft.AspNetCore.Http;
using Sentiment.Api.Requests;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api.Access;

/// <summary>
/// Says which of the host's secrets a caller may name. Whoever could name any had it sent to a vendor, called with another tenant's,
/// or signed what another tenant's receivers take for the host's.
/// </summary>
internal static class SecretNames
{
    /// <summary>Lets a reference pass that the caller may name.</summary>
    /// <param name="caller">Who names it.</param>
    /// <param name="field">Where.</param>
    /// <param name="reference"><c>env:NAME</c> or <c>keyvault:NAME</c>.</param>
    /// <param name="standing">What stands there already, whoever named it.</param>
    /// <param name="store">Knows what other tenants name.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    /// <exception cref="RequestProblem">It is not for the caller to name.</exception>
    public static async Task PermitAsync(
        Caller caller, string field, string reference, IEnumerable<string> standing, TenantStore store, CancellationToken cancellationToken)
    {
        if (caller.Tenant is not { } tenant || standing.Contains(reference, StringComparer.Ordinal))
        {
            return;
        }

        var own = tenant.Replace('-', '_').ToUpperInvariant();
        var name = reference[(reference.IndexOf(':', StringComparison.Ordinal) + 1)..].Replace('-', '_').ToUpperInvariant();
        if (!name.StartsWith(own + "__", StringComparison.Ordinal))
        {
            throw new RequestProblem(StatusCodes.Status403Forbidden, field, $"a tenant's key names what begins with '{own}__' alone (in a key vault '{tenant}--'); the admin key may name any");
        }

        if ((await store.AllAsync(cancellationToken).ConfigureAwait(false)).Any(t => t.Row.Tenant.Id != tenant && t.Row.Tenant.Credentials.Values.Contains(reference)))
        {
            throw new RequestProblem(StatusCodes.Status403Forbidden, field, "it is another tenant's");
        }
    }
}
