using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Domain.Workflows;

namespace Sentiment.Engine.Tests.Support;

/// <summary>An engine on a file of its own, whose process can end at any time.</summary>
public sealed class EngineHost : IAsyncDisposable
{
    private readonly string _key = Guid.NewGuid().ToString("N");
    private readonly string _folder = Directory.CreateTempSubdirectory("engine-tests-").FullName;
    private readonly ServiceProvider _services;

    private EngineHost() => _services = new ServiceCollection().AddSingleton(Script).BuildServiceProvider();

    public Script Script { get; } = new();

    public WorkflowLog Log { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public EmbeddedEngine Engine { get; private set; } = null!;

    public string File => Path.Combine(_folder, "engine.db");

    public int Workers { get; set; } = 16;

    public string? Prefix { get; set; }

    public static async Task<EngineHost> StartAsync()
    {
        var host = new EngineHost();
        await host.OpenAsync();
        return host;
    }

    public EmbeddedEngine Create() => new(
        new() { Path = File, MaxConcurrentActivities = Workers, Durability = EngineDurability.ProcessCrash, StopTimeout = TimeSpan.FromSeconds(5), InstanceIdPrefixes = Prefix is null ? null : [Prefix] },
        new WorkflowRegistry().AddWorkflow<CodeWorkflow, CodeInput, string?>("Code").AddWorkflow<CodeWorkflow, CodeInput, string?>("Other")
            .AddActivity<Do, string, string>(),
        _services, Time, Log);

    public async Task OpenAsync()
    {
        Engine = Create();
        await Engine.StartAsync(CancellationToken.None);
    }

    /// <summary>The process is killed and started again.</summary>
    public async Task CrashAsync()
    {
        await Engine.CrashAsync();
        await OpenAsync();
    }

    public async Task RestartAsync()
    {
        await Engine.StopAsync(CancellationToken.None);
        await OpenAsync();
    }

    /// <summary>Gives a workflow its code; a second time, changes it.</summary>
    public void Define(string name, Func<IWorkflowContext, string?, Task<string?>> code) => CodeWorkflow.Code[_key + name] = code;

    public CodeInput Input(string name, string? value = null) => new(_key + name, value);

    public Task<WorkflowInstance> BeginAsync(string name, string? value = null, string? id = null) =>
        Engine.StartAsync("Code", Input(name, value), id ?? name, CancellationToken.None);

    public Task IdleAsync() => Engine.WhenIdleAsync().WaitAsync(TimeSpan.FromSeconds(20));

    public async Task AdvanceAsync(TimeSpan by)
    {
        await IdleAsync();
        Time.Advance(by);
        await IdleAsync();
    }

    public async Task<WorkflowInstance> EndAsync(string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await Engine.WaitForEndAsync(id, limit.Token);
    }

    public async Task<WorkflowInstance> GetAsync(string id) =>
        await Engine.GetAsync(id, CancellationToken.None) ?? throw new KeyNotFoundException(id);

    public async ValueTask DisposeAsync()
    {
        await Engine.CrashAsync();
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
