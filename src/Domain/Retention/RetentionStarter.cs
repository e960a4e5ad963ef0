using Microsoft.Extensions.Options;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Retention;

/// <summary>Starts a day's retention; a day has one, however often it is asked for.</summary>
public sealed class RetentionStarter(IWorkflowClient workflows, IOptions<RetentionOptions> options, TimeProvider time)
{
    /// <summary>Starts the retention that was due at a time, unless that UTC day has had one.</summary>
    /// <returns>The instance, <c>retention-YYYYMMDD</c>.</returns>
    public Task<WorkflowInstance> StartAsync(DateTimeOffset due, CancellationToken cancellationToken) =>
        workflows.StartAsync(nameof(RetentionWorkflow), new RetentionInput(time.GetUtcNow(), options.Value), "retention-" + Rows.Day(due), cancellationToken);
}
