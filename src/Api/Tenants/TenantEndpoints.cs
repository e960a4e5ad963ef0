using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sentiment.Api.Access;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Access;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api.Tenants;

/// <summary>The tenants there are.</summary>
internal static class TenantEndpoints
{
    private const int MaxEmailLength = 254;

    public static void MapTenants(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/tenants", ListAsync).Tells("Tenants by id; a tenant's key sees its own.", new Listed<TenantDocument>([TenantDocument.Example], null))
            .Takes("email", "Only those with this address; case does not matter.", "ops@acme.test").Takes("status", "Only active or disabled ones.", "active")
            .Takes("table", "Only those with this table.", "tiingo/news");
        routes.MapGet("/tenants/{tenant}", GetAsync).Tells("A tenant; its ETag is what a change must present.", TenantDocument.Example);
    }

    /// <summary>Whether a caller sees a tenant's references to secrets.</summary>
    public static bool SeesCredentials(Caller caller) => caller.IsAdmin || caller.Scopes.Contains(KeyScopes.Manage);

    private static async Task<Ok<Listed<TenantDocument>>> ListAsync(
        string? limit, string? cursor, string? email, string? status, string? table, HttpContext context, ITenantDirectory tenants, TenantStore store, CancellationToken cancellationToken)
    {
        var (count, cursors, caller) = (Query.Limit(limit), Cursor.Of(context.Request), Caller.Of(context));
        var filter = new TenantFilter(Email(email), Status(status), Query.Name("table", table));
        var after = cursors.Read(cursor);
        if (after is not null && !TenantsFile.IsId(after))
        {
            throw RequestProblem.Bad("cursor", "the 'next' of the page before expected");
        }

        // What is new in the tenants file is there, too.
        await RosterAsync(tenants, cancellationToken).ConfigureAwait(false);
        if (caller.Tenant is { } own)
        {
            var mine = await store.GetAsync(own, cancellationToken).ConfigureAwait(false);
            return TypedResults.Ok(new Listed<TenantDocument>(mine is { Row.IsDeleting: false } && filter == new TenantFilter() ? [TenantDocument.Of(mine.Row, SeesCredentials(caller))] : [], null));
        }

        var (found, end) = await store.ListAsync(filter, count, after, cancellationToken).ConfigureAwait(false);
        return TypedResults.Ok(new Listed<TenantDocument>([.. found.Select(t => TenantDocument.Of(t, withCredentials: true))], cursors.Write(end)));
    }

    private static async Task<Ok<TenantDocument>> GetAsync(string tenant, HttpContext context, TenantStore store, CancellationToken cancellationToken)
    {
        var stored = await StandingAsync(tenant, store, cancellationToken).ConfigureAwait(false) ?? throw RequestProblem.NoTenant(tenant);
        context.Response.Headers.ETag = stored.Row.ETag;
        return TypedResults.Ok(TenantDocument.Of(stored.Row, SeesCredentials(Caller.Of(context))));
    }

    /// <summary>A tenant that nobody deletes; null: there is none.</summary>
    public static async Task<Domain.Storage.Stored<StoredTenant>?> StandingAsync(string tenant, TenantStore store, CancellationToken cancellationToken) =>
        await store.GetAsync(tenant, cancellationToken).ConfigureAwait(false) is { Row.IsDeleting: false } stored ? stored : null;

    private static async Task RosterAsync(ITenantDirectory tenants, CancellationToken cancellationToken)
    {
        try
        {
            await tenants.GetAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TenantsFileException problem)
        {
            throw new RequestProblem(StatusCodes.Status503ServiceUnavailable, "tenants", problem.Message);
        }
    }

    private static string? Email(string? email) => email is null || (email.Length is > 2 and <= MaxEmailLength && email.Contains('@', StringComparison.Ordinal) && !email.Any(char.IsControl))
        ? email : throw RequestProblem.Bad("email", "an e-mail address expected");

    private static TenantStatus? Status(string? status) => status switch
    {
        null => null,
        "active" => TenantStatus.Active,
        "disabled" => TenantStatus.Disabled,
        _ => throw RequestProblem.Bad("status", "active or disabled expected"),
    };
}
