using Sentiment.Domain.Workflows;

namespace Sentiment.Workflows.Contract;

/// <summary>The semantics of workflows, the same on every engine; each engine's tests derive from this.</summary>
public abstract class WorkflowContract : IAsyncLifetime
{
    private readonly string _key = Guid.NewGuid().ToString("N");

    protected IEngineUnderTest Engine { get; private set; } = null!;

    protected IWorkflowClient Client => Engine.Client;

    protected Script Script => Engine.Script;

    protected static CancellationToken None => CancellationToken.None;

    public async Task InitializeAsync() => Engine = await StartEngineAsync();

    public async Task DisposeAsync() => await Engine.DisposeAsync();

    protected abstract Task<IEngineUnderTest> StartEngineAsync();

    protected void Define(string name, Func<IWorkflowContext, string?, Task<string?>> code) => CodeWorkflow.Code[_key + name] = code;

    protected CodeInput Input(string name, string? value = null) => new(_key + name, value);

    protected Task<WorkflowInstance> BeginAsync(string name, string? value = null, string? id = null) =>
        Client.StartAsync("Code", Input(name, value), id ?? name, None);

    protected Task<WorkflowInstance> EndAsync(string id) => Engine.UntilAsync(id, i => i.HasEnded);

    /// <summary>Completes once the instance waits for whatever it does first, as its custom status says.</summary>
    protected Task<WorkflowInstance> WaitingAsync(string id) => Engine.UntilAsync(id, i => i.CustomStatus == "\"waiting\"");

    protected async Task<FailureDetails> FailureAsync(string id)
    {
        var ended = await EndAsync(id);
        Assert.Equal(WorkflowStatus.Failed, ended.Status);
        return ended.Failure!;
    }

    protected async Task AssertOutputAsync(string expected, string id)
    {
        var ended = await EndAsync(id);
        Assert.Equal((WorkflowStatus.Completed, null, '"' + expected + '"'), (ended.Status, ended.Failure, ended.Output));
    }

    protected static Task<string> Do(IWorkflowContext context, string input, CallOptions? options = null) =>
        context.CallActivityAsync<string>("Do", input, options);
}
