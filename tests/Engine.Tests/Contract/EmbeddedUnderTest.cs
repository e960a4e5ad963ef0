using Sentiment.Domain.Workflows;
using Sentiment.Engine.Tests.Support;

namespace Sentiment.Engine.Tests.Contract;

/// <summary>The embedded engine in virtual time, which moves on in tenths of a unit whenever the engine is idle.</summary>
internal sealed class EmbeddedUnderTest : IEngineUnderTest
{
    private readonly EngineHost _host;

    private EmbeddedUnderTest(EngineHost host) => _host = host;

    public IWorkflowClient Client => _host.Engine;

    public Script Script => _host.Script;

    public TimeProvider Time => _host.Time;

    public TimeSpan Unit { get; } = TimeSpan.FromSeconds(10);

    public TimeSpan Lateness => Step;

    public IReadOnlyCollection<string> Log => _host.Log.Lines;

    private TimeSpan Step => Unit / 10;

    public static async Task<IEngineUnderTest> StartAsync() => new EmbeddedUnderTest(await EngineHost.StartAsync());

    public void Pass(TimeSpan by) => _host.Time.Advance(by);

    public async Task<WorkflowInstance> UntilAsync(string id, Func<WorkflowInstance, bool> isWanted)
    {
        for (var step = 0; step < 1000; step++)
        {
            await _host.IdleAsync();
            if (await _host.Engine.GetAsync(id, CancellationToken.None) is { } instance && isWanted(instance)) return instance;
            _host.Time.Advance(Step);
        }

        throw new TimeoutException($"'{id}' did not become as wanted.");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
