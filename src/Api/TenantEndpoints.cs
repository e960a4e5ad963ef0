using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sentiment.Api.Access;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api;

/// <summary>The tenants there are.</summary>
internal static class TenantEndpoints
{
    private static readonly TenantListed Example = new("acme", "Acme Capital", ["AAPL", "BRK.B"], ["tiingo/news"], ["tiingo"]);

    public static void MapTenants(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/tenants", ListAsync).Tells("Tenants by id; a tenant's key sees its own.", new Listed<TenantListed>([Example], null));
        routes.MapGet("/tenants/{tenant}", GetAsync).Tells("A tenant.", Example);
    }

    private static async Task<Ok<Listed<TenantListed>>> ListAsync(
        string? limit, string? cursor, HttpContext context, ITenantDirectory tenants, CancellationToken cancellationToken)
    {
        var (count, cursors, caller) = (Query.Limit(limit), Cursor.Of(context.Request), Caller.Of(context));
        var after = cursors.Read(cursor);
        var roster = await RosterAsync(tenants, cancellationToken).ConfigureAwait(false);
        List<Tenant> page = [.. roster.Tenants.Where(t => caller.IsAdmin || t.Id == caller.Tenant)
            .Where(t => after is null || string.CompareOrdinal(t.Id, after) > 0).OrderBy(t => t.Id, StringComparer.Ordinal).Take(count)];
        return TypedResults.Ok(new Listed<TenantListed>([.. page.Select(TenantListed.Of)], cursors.Write(page.Count == count ? page[^1].Id : null)));
    }

    private static async Task<Ok<TenantListed>> GetAsync(string tenant, ITenantDirectory tenants, CancellationToken cancellationToken)
    {
        var roster = await RosterAsync(tenants, cancellationToken).ConfigureAwait(false);
        return TypedResults.Ok(TenantListed.Of(roster.Tenants.FirstOrDefault(t => t.Id == tenant) ?? throw RequestProblem.NoTenant(tenant)));
    }

    private static async Task<TenantRoster> RosterAsync(ITenantDirectory tenants, CancellationToken cancellationToken)
    {
        try
        {
            return await tenants.GetAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TenantsFileException problem)
        {
            throw new RequestProblem(StatusCodes.Status503ServiceUnavailable, "tenants", problem.Message);
        }
    }
}

/// <summary>A tenant as the outside sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Symbols">What it watches.</param>
/// <param name="Tables">Where it is watched.</param>
/// <param name="Vendors">The vendors that it has credentials of its own for; nothing of a credential is ever shown.</param>
public sealed record TenantListed(string Id, string Name, IReadOnlyList<string> Symbols, IReadOnlyList<string> Tables, IReadOnlyList<string> Vendors)
{
    /// <summary>As configured.</summary>
    public static TenantListed Of(Tenant tenant)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return new(tenant.Id, tenant.Name, tenant.Symbols, tenant.Tables, [.. tenant.Credentials.Keys.Order(StringComparer.Ordinal)]);
    }
}
