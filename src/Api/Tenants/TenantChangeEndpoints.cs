using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sentiment.Api.Access;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tenants.Deletion;

namespace Sentiment.Api.Tenants;

/// <summary>Creating and changing tenants, and what was changed.</summary>
internal static class TenantChangeEndpoints
{
    private static readonly TenantChange Change = new(
        new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero), "admin", ChangedThings.Tenant, "acme", ChangeKinds.Disabled,
        new Dictionary<string, ChangedField>
        {
            ["isDisabled"] = new(null, System.Text.Json.JsonDocument.Parse("true").RootElement.Clone()),
        });

    public static void MapTenantChanges(this IEndpointRouteBuilder routes)
    {
        routes.MapPut("/tenants/{tenant}", PutAsync).AsksForCondition().WithMetadata(new TenantMayBeMissing()).Takes(TenantOrder.Example)
            .Tells("Creates a tenant ('If-None-Match: *', the admin alone) or changes it ('If-Match: ETAG'); credentials that are new are tried first.", TenantDocument.Example);
        routes.MapGet("/tenants/{tenant}/changes", ChangesAsync).Tells("Who changed what of a tenant, newest first.", new Listed<TenantChange>([Change], null));
    }

    private static async Task<Results<Ok<TenantDocument>, Created<TenantDocument>>> PutAsync(
        string tenant, HttpContext context, TenantStore store, DeletionStore deletions, SourceCatalog sources, ISentimentModels models, CredentialCheck credentials, CancellationToken cancellationToken)
    {
        var (caller, etag) = (Caller.Of(context), Conditions.Required(context.Request));
        if (!TenantsFile.IsId(tenant))
        {
            throw RequestProblem.Bad("tenant", "an id of 1 to 40 characters of [a-z0-9-] expected");
        }

        var standing = await store.GetAsync(tenant, cancellationToken).ConfigureAwait(false);
        Check(tenant, etag, caller, standing, await deletions.IsRunningAsync(tenant, cancellationToken).ConfigureAwait(false));
        var wanted = await ReadAsync(tenant, context.Request, sources, models).ConfigureAwait(false);
        if (!caller.IsAdmin && wanted.IsDisabled != standing!.Row.Tenant.IsDisabled)
        {
            throw new RequestProblem(StatusCodes.Status403Forbidden, "status", "the admin key expected where it changes");
        }

        var warnings = await CredentialEndpoints.CheckAsync(wanted, standing?.Row.Tenant, caller, store, credentials, cancellationToken).ConfigureAwait(false);
        try
        {
            var saved = standing is null
                ? await store.AddAsync(wanted, TenantOrigin.Api, caller.Id, cancellationToken).ConfigureAwait(false)
                : await store.ChangeAsync(standing, wanted, TenantOrigin.Api, caller.Id, cancellationToken).ConfigureAwait(false);
            context.Response.Headers.ETag = saved.ETag;
            var document = TenantDocument.Of(saved, withCredentials: true) with { Warnings = warnings.Count == 0 ? null : warnings };
            return standing is null ? TypedResults.Created($"{context.Request.Scheme}://{context.Request.Host}/api/tenants/{tenant}", document) : TypedResults.Ok(document);
        }
        catch (TableConflictException)
        {
            throw Stale(standing is null);
        }
    }

    private static void Check(string tenant, string? etag, Caller caller, Stored<StoredTenant>? standing, bool isDeleted)
    {
        if (etag is null && !caller.IsAdmin)
        {
            throw new RequestProblem(StatusCodes.Status403Forbidden, "authorization", "the admin key expected to create a tenant");
        }

        if (isDeleted || standing is { Row.IsDeleting: true })
        {
            throw new RequestProblem(StatusCodes.Status409Conflict, "tenant", $"'{tenant}' is being deleted");
        }

        if (etag is not null && standing is null)
        {
            throw RequestProblem.NoTenant(tenant);
        }

        if (etag is null ? standing is not null : standing!.Row.ETag != etag)
        {
            throw Stale(etag is null);
        }
    }

    private static RequestProblem Stale(bool isNew) => isNew
        ? new(StatusCodes.Status412PreconditionFailed, "If-None-Match", "there is such a tenant; its ETag in 'If-Match' expected to change it")
        : Conditions.Stale("it was changed since; read it again");

    private static async Task<Tenant> ReadAsync(string tenant, HttpRequest request, SourceCatalog sources, ISentimentModels models)
    {
        var bytes = await Body.ReadAsync(request, ApiOptions.MaxBodyBytes).ConfigureAwait(false);
        try
        {
            return TenantsFile.ParseOne(tenant, bytes, sources, models.Names);
        }
        catch (TenantsFileException problem)
        {
            throw RequestProblem.Of(problem.Problems);
        }
    }

    private static async Task<Ok<Listed<TenantChange>>> ChangesAsync(
        string tenant, string? limit, string? cursor, HttpRequest request, IChangeTrail trail, TenantStore store, CancellationToken cancellationToken)
    {
        var (count, cursors) = (Query.Limit(limit), Cursor.Of(request));
        if (cursor is null && await store.GetAsync(tenant, cancellationToken).ConfigureAwait(false) is { } stored)
        {
            await store.TellTrailAsync(stored.Row, cancellationToken).ConfigureAwait(false);
        }

        var (changes, end) = await cursors.FromAsync(cursor, after => trail.ListAsync(tenant, count, after, cancellationToken)).ConfigureAwait(false);
        return TypedResults.Ok(new Listed<TenantChange>(changes, cursors.Write(end)));
    }
}
