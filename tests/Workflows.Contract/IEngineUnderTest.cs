using Sentiment.Domain.Workflows;

namespace Sentiment.Workflows.Contract;

/// <summary>An engine that runs <see cref="CodeWorkflow"/> as "Code" and "Other", and the activity <see cref="Do"/>.</summary>
public interface IEngineUnderTest : IAsyncDisposable
{
    IWorkflowClient Client { get; }

    Script Script { get; }

    TimeProvider Time { get; }

    /// <summary>What waits are counted in.</summary>
    TimeSpan Unit { get; }

    /// <summary>How much later than due a timer may fire.</summary>
    TimeSpan Lateness { get; }

    /// <summary>What workflows have logged.</summary>
    IReadOnlyCollection<string> Log { get; }

    /// <summary>Lets virtual time pass; real time passes by itself.</summary>
    void Pass(TimeSpan by);

    /// <summary>Lets time pass until the instance is as wanted, a minute at most.</summary>
    Task<WorkflowInstance> UntilAsync(string id, Func<WorkflowInstance, bool> isWanted);
}
