using System.Globalization;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Runs;

/// <summary>The ids of a run's workflow instances.</summary>
public static class WorkflowIds
{
    /// <summary>The id of a run's <see cref="RunWorkflow"/>: the run's own, and <c>~N</c> for its Nth attempt, for ids are never reused.</summary>
    public static string Of(RunRow run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return OfAttempt(run.Id, run.Attempt);
    }

    /// <inheritdoc cref="Of"/>
    public static string OfAttempt(string run, int attempt) =>
        attempt == 1 ? run : string.Create(CultureInfo.InvariantCulture, $"{run}~{attempt}");

    /// <summary>The id of a tenant's <see cref="TenantWorkflow"/>: its run's, a colon and the tenant.</summary>
    public static string OfTenant(string runInstance, string tenant) => InstanceIds.Child(runInstance, tenant);

    /// <summary>
    /// The id of a table's <see cref="Tables.TableWorkflow"/>: its tenant's, a colon and the table, escaped; it ends in a hash
    /// where it would be too long.
    /// </summary>
    public static string OfTable(string tenantInstance, string table) => InstanceIds.Child(tenantInstance, TableLimits.Escape(table));
}
