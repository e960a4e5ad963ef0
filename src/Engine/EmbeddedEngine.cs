using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Workflows;
using Sentiment.Engine.Runtime;

namespace Sentiment.Engine;

/// <summary>
/// Runs workflows inside this process, with their state in one SQLite file: the end of the process at any instant loses
/// nothing that was acknowledged, and a new engine on the same file goes on where it stood.
/// </summary>
/// <remarks>
/// <para>
/// Instances that have not ended are in memory; their code is replayed from its history only after a restart. A turn of
/// an instance (what it was told, what it asked for, its status) is committed as a whole before any of it takes effect.
/// Activities therefore run at least once, and a completed one never again.
/// </para>
/// <para>
/// One engine at a time has the file: it holds a lock on <c>{Path}.lock</c> that ends with the process. What a workflow
/// has called but does not await when it ends may never begin. An activity that ignores its token is left running when
/// its time-out passes; its place is free for others at once. Another attempt of a sub-workflow with a given id runs
/// under that id with <c>:2</c>, <c>:3</c> and so on appended, for ids are never reused.
/// </para>
/// </remarks>
public sealed partial class EmbeddedEngine : IWorkflowClient, IHostedService, IAsyncDisposable
{
    private readonly EngineOptions _options;
    private readonly WorkflowRegistry _registry;
    private readonly IServiceScopeFactory _scopes;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly SemaphoreSlim _lifecycle = new(1, 1);
    private volatile EngineRuntime? _runtime;

    /// <summary>Makes an engine that is not started.</summary>
    /// <param name="options">How it runs.</param>
    /// <param name="registry">What it may run; complete before the start.</param>
    /// <param name="services">Gives each activity a scope of its own.</param>
    /// <param name="time">The clock of everything.</param>
    /// <param name="loggers">Makes the loggers.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public EmbeddedEngine(
        EngineOptions options, WorkflowRegistry registry, IServiceProvider services, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(services);
        options.Validate();
        (_options, _registry, _time, _loggers) = (options, registry, time, loggers);
        _scopes = services.GetRequiredService<IServiceScopeFactory>();
    }

    private EngineRuntime Running => _runtime ?? throw NotRunning();

    /// <summary>Opens the file and takes up every instance that has not ended.</summary>
    /// <exception cref="EngineStoreException">The file is damaged, in use or cannot be written.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _lifecycle.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_runtime is not null) return;
            _runtime = await Task.Run(
                () => EngineRuntime.Open(_options, _registry, _scopes, _time, _loggers), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <summary>
    /// Begins nothing more, cancels activities, waits for them as long as the options say, writes what has ended and
    /// closes the file. Activities that had not ended run again after the next start.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _lifecycle.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_runtime is not { } runtime) return;
            _runtime = null;
            await runtime.StopAsync(_options.StopTimeout, cancellationToken).ConfigureAwait(false);
            await runtime.DisposeAsync().ConfigureAwait(false);
            runtime.Logger.EngineStopped();
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <summary>Stops the engine.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    /// <summary>Drops everything that is not on the disk, as the end of the process would.</summary>
    internal async Task CrashAsync()
    {
        if (Interlocked.Exchange(ref _runtime, null) is not { } runtime) return;
        runtime.Abandon();
        await runtime.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Completes at a moment at which no turn and no activity is under way or queued.</summary>
    internal Task WhenIdleAsync() => Running.Work.WhenIdleAsync();

    private static InvalidOperationException NotRunning() => new("The engine is not running.");
}
