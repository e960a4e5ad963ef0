using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Storage;

namespace Sentiment.Api;

/// <summary>What the vendors permit, and what is left of it.</summary>
internal static class VendorEndpoints
{
    private static readonly VendorDocument Example = new("tiingo", "9f86d081884c7d65", [new("hour", 50, 12, 2, 36, null)], "closed", null, null);

    public static void MapVendors(this IEndpointRouteBuilder routes) => routes.MapGet("/vendors", ListAsync)
        .Tells("Each vendor credential that was called with, and what is left of what the vendor permits it.", new Listed<VendorDocument>([Example], null));

    private static async Task<Ok<Listed<VendorDocument>>> ListAsync(
        string? limit, string? cursor, HttpRequest request, ITableReader reader, TimeProvider time, CancellationToken cancellationToken)
    {
        var (count, cursors) = (Query.Limit(limit), Cursor.Of(request));
        var found = await cursors.FromAsync(
            cursor, after => CredentialReport.ListAsync(reader, time.GetUtcNow(), count, after, cancellationToken)).ConfigureAwait(false);
        return TypedResults.Ok(new Listed<VendorDocument>(
            [.. found.Select(f => VendorDocument.Of(f.Report))], cursors.Write(found.Count == count ? found[^1].Key : null)));
    }
}

/// <summary>A credential of a vendor, and what is left of what the vendor permits it.</summary>
/// <param name="Vendor">The vendor.</param>
/// <param name="Credential">16 hex digits of the secret's SHA-256.</param>
/// <param name="Windows">Its limited windows, shortest first; none where nothing is limited.</param>
/// <param name="Breaker"><c>closed</c>, <c>open</c> (the vendor has been failing and is left alone) or <c>half-open</c> (one call is to tell whether it is back).</param>
/// <param name="OpenUntil">Until when it is left alone.</param>
/// <param name="PausedUntil">The vendor asked for no call before it.</param>
public sealed record VendorDocument(
    string Vendor, string Credential, IReadOnlyList<WindowReport> Windows, string Breaker, DateTimeOffset? OpenUntil, DateTimeOffset? PausedUntil)
{
    /// <summary>From a report.</summary>
    public static VendorDocument Of(CredentialReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var breaker = report.Breaker switch { BreakerStanding.Closed => "closed", BreakerStanding.Open => "open", _ => "half-open" };
        return new(report.Vendor, report.Credential, report.Windows, breaker, report.OpenUntil, report.PausedUntil);
    }
}
