using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Ingestion.Runs;

/// <summary>The ids of a run's workflow instances; the run's own is its id.</summary>
public static class WorkflowIds
{
    /// <summary>The id of a tenant's <see cref="TenantWorkflow"/>: <c>RUN:TENANT</c>.</summary>
    public static string Of(TenantId tenant)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return InstanceIds.Child(tenant.Run, tenant.Tenant);
    }

    /// <summary>The id of a table's <see cref="TableWorkflow"/>: <c>RUN:TENANT:TABLE</c>, the table escaped, ending in a hash where it would be too long.</summary>
    public static string Of(TableId table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return InstanceIds.Child(Of(new TenantId(table.Run, table.Tenant)), TableLimits.Escape(table.Table));
    }
}
