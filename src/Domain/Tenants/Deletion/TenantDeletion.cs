using System.Text.Json.Serialization;

namespace Sentiment.Domain.Tenants.Deletion;

/// <summary>How the deletion of a tenant stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeletionStatus>))]
public enum DeletionStatus
{
    /// <summary>Its data are being removed.</summary>
    Running,

    /// <summary>Nothing is left of it.</summary>
    Completed,

    /// <summary>Something was left, or it could not be gone on with; asked for again, it goes on.</summary>
    Failed,
}

/// <summary>The deletion of a tenant; it stays when nothing else of the tenant does.</summary>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Number">Which deletion of that id it is, from 1.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="Status">How it stands.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="EndedAt">UTC; null while it goes on.</param>
/// <param name="Removed">What was removed, by kind; what a kill cut off in the middle of a step may be missing in the numbers.</param>
/// <param name="Left">Rows and blobs that were found at the last look.</param>
/// <param name="Reason">Why it failed; null: it did not.</param>
public sealed record TenantDeletion(
    string Tenant, int Number, string By, DeletionStatus Status, DateTimeOffset StartedAt, DateTimeOffset? EndedAt,
    IReadOnlyDictionary<string, long> Removed, long Left, string? Reason);
