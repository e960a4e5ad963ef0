using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Workflows;
using Sentiment.Functions.Durable;

namespace Sentiment.Functions.Tests.Durable;

/// <summary>Durable Task in this process, in real time, with the adapter that the functions use.</summary>
internal sealed class DurableUnderTest : IEngineUnderTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DurableTaskTestHost _host;
    private readonly ServiceProvider _services;
    private readonly WorkflowLog _log;

    private DurableUnderTest(DurableTaskTestHost host, ServiceProvider services, WorkflowLog log) => (_host, _services, _log) = (host, services, log);

    public IWorkflowClient Client => _services.GetRequiredService<IWorkflowClient>();

    public Script Script => _services.GetRequiredService<Script>();

    public TimeProvider Time => TimeProvider.System;

    public TimeSpan Unit { get; } = TimeSpan.FromMilliseconds(400);

    public TimeSpan Lateness { get; } = TimeSpan.FromSeconds(3);

    public IReadOnlyCollection<string> Log => _log.Lines;

    public static async Task<IEngineUnderTest> StartAsync()
    {
        var registry = new WorkflowRegistry().AddWorkflow<CodeWorkflow, CodeInput, string?>("Code").AddWorkflow<CodeWorkflow, CodeInput, string?>("Other")
            .AddActivity<Do, string, string>();
        var log = new WorkflowLog();
        var services = new ServiceCollection().AddLogging().AddSingleton<ILoggerFactory>(log).AddSingleton(registry).AddSingleton<Script>()
            .AddDurableWorkflows().BuildServiceProvider();
        return new DurableUnderTest(await HostAsync(services, log), services, log);
    }

    /// <summary>Starts Durable Task with every workflow and activity of the services, as the functions would run them.</summary>
    public static async Task<DurableTaskTestHost> HostAsync(IServiceProvider services, ILoggerFactory loggers)
    {
        var (registry, functions) = (services.GetRequiredService<WorkflowRegistry>(), services.GetRequiredService<DurableFunctions>());
        var host = await DurableTaskTestHost.StartAsync(
            tasks =>
            {
                foreach (var name in registry.Workflows)
                {
                    tasks.AddOrchestrator(name, () => new Orchestrator(functions, name));
                }

                foreach (var name in registry.Activities)
                {
                    tasks.AddActivityFunc<JsonElement, JsonElement?>(name, (_, call) => functions.RunActivityAsync(name, call, CancellationToken.None));
                }
            },
            new() { Port = FreePort(), LoggerFactory = loggers, ConfigureServices = KeepSentEvents.Configure });
        services.GetRequiredService<DurableClientSlot>().Fill(host.Client);
        return host;
    }

    public void Pass(TimeSpan by)
    {
        // Real time passes by itself.
    }

    public async Task<WorkflowInstance> UntilAsync(string id, Func<WorkflowInstance, bool> isWanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await Client.GetAsync(id, limit.Token) is { } instance && isWanted(instance)) return instance;
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _services.DisposeAsync();
    }

    private sealed class Orchestrator(DurableFunctions functions, string name) : ITaskOrchestrator
    {
        public Type InputType => typeof(object);

        public Type OutputType => typeof(JsonElement?);

        public async Task<object?> RunAsync(TaskOrchestrationContext context, object? input) => await functions.RunWorkflowAsync(name, context);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
