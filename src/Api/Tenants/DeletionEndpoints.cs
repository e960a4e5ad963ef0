using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Sentiment.Api.Access;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants.Deletion;

namespace Sentiment.Api.Tenants;

/// <summary>Deleting a tenant with all that it has.</summary>
internal static class DeletionEndpoints
{
    private static readonly DateTimeOffset Then = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DeletionDocument Example = new("completed", Then, Then.AddSeconds(40), new Dictionary<string, long> { ["items"] = 1200, ["bodies"] = 31 }, 0, null);

    public static void MapDeletion(this IEndpointRouteBuilder routes)
    {
        routes.MapDelete("/tenants/{tenant}", DeleteAsync).WithMetadata(new TenantMayBeMissing()).AsksForCondition()
            .Tells("Removes a tenant and all that it has; 'If-Match: ETAG' may stand beside it.", new DeletionDocument("running", Then, null, new Dictionary<string, long>(), 0, null));
        routes.MapGet("/tenants/{tenant}/deletion", GetAsync).WithMetadata(new TenantMayBeMissing()).Tells("How a deletion stands; it is told when nothing else of the tenant is there any more.", Example);
    }

    private static async Task<Accepted<DeletionDocument>> DeleteAsync(string tenant, HttpRequest request, [FromServices] TenantDeleter deleter, CancellationToken cancellationToken)
    {
        try
        {
            var deletion = await deleter.BeginAsync(tenant, Conditions.Optional(request), Caller.Of(request.HttpContext).Id, cancellationToken).ConfigureAwait(false) ?? throw RequestProblem.NoTenant(tenant);
            return TypedResults.Accepted($"{request.Scheme}://{request.Host}/api/tenants/{tenant}/deletion", DeletionDocument.Of(deletion));
        }
        catch (TableConflictException)
        {
            throw Conditions.Stale("it was changed since; read it again");
        }
    }

    private static async Task<Ok<DeletionDocument>> GetAsync(string tenant, DeletionStore deletions, CancellationToken cancellationToken) =>
        TypedResults.Ok(DeletionDocument.Of((await deletions.GetAsync(tenant, cancellationToken).ConfigureAwait(false))?.Row ?? throw RequestProblem.None("tenant", $"no deletion of '{tenant}'")));
}

/// <summary>How a deletion stands.</summary>
/// <param name="Status"><c>running</c>, <c>completed</c> or <c>failed</c>.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="EndedAt">UTC; null while it goes on.</param>
/// <param name="Removed">What was removed, by kind.</param>
/// <param name="Left">What was found at the last look: 0 where it has completed.</param>
/// <param name="Reason">Why it failed; null: it did not.</param>
public sealed record DeletionDocument(string Status, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, IReadOnlyDictionary<string, long> Removed, long Left, string? Reason)
{
    /// <summary>Of a stored deletion.</summary>
    public static DeletionDocument Of(TenantDeletion deletion)
    {
        ArgumentNullException.ThrowIfNull(deletion);
        var status = deletion.Status switch
        {
            DeletionStatus.Completed => "completed",
            DeletionStatus.Failed => "failed",
            _ => "running",
        };
        return new(status, deletion.StartedAt, deletion.EndedAt, deletion.Removed, deletion.Left, deletion.Reason);
    }
}
