using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Workflows;
using Sentiment.Engine.Store;

namespace Sentiment.Engine.Runtime;

/// <summary>The parts of a running engine, and the instances it has in memory: all that have not ended.</summary>
internal sealed class EngineRuntime : IAsyncDisposable
{
    private readonly EngineFile _file;
    private readonly CancellationTokenSource _stopping = new();

    private EngineRuntime(
        EngineFile file, EngineOptions options, WorkflowRegistry registry, IServiceScopeFactory scopes, TimeProvider time,
        ILoggerFactory loggers)
    {
        _file = file;
        (Registry, Time, Loggers) = (registry, time, loggers);
        Logger = loggers.CreateLogger("Sentiment.Engine");
        Reader = new(file);
        Writer = new(file, options);
        Timers = new(time);
        Dispatcher = new(registry, scopes, time, Logger, Work, options.MaxConcurrentActivities);
    }

    /// <summary>The workflows and activities.</summary>
    public WorkflowRegistry Registry { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>Makes the workflows' loggers.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>The engine's own log.</summary>
    public ILogger Logger { get; }

    /// <summary>Reads the file.</summary>
    public StoreReader Reader { get; }

    /// <summary>Writes the file.</summary>
    public StoreWriter Writer { get; }

    /// <summary>The timers.</summary>
    public TimerQueue Timers { get; }

    /// <summary>Runs activities.</summary>
    public ActivityDispatcher Dispatcher { get; }

    /// <summary>Turns and activities under way or queued.</summary>
    public WorkTracker Work { get; } = new();

    /// <summary>Turns under way or queued.</summary>
    public WorkTracker Turns { get; } = new();

    /// <summary>Those who wait for an end.</summary>
    public EndWaiters Waiters { get; } = new();

    /// <summary>The instances that have not ended, by id.</summary>
    public ConcurrentDictionary<string, InstanceActor> Actors { get; } = new(StringComparer.Ordinal);

    /// <summary>Set when the engine stops.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Opens the file and takes up every instance that has not ended.</summary>
    public static EngineRuntime Open(
        EngineOptions options, WorkflowRegistry registry, IServiceScopeFactory scopes, TimeProvider time, ILoggerFactory loggers)
    {
        var file = EngineFile.Open(options);
        EngineRuntime runtime;
        try
        {
            runtime = new(file, options, registry, scopes, time, loggers);
        }
        catch (Microsoft.Data.Sqlite.SqliteException exception)
        {
            file.Dispose();
            throw file.Explain(exception);
        }

        runtime.TakeUp(options);
        return runtime;
    }

    /// <summary>Takes a new instance into memory and lets it begin.</summary>
    public void Launch(InstanceRow row)
    {
        var actor = new InstanceActor(this, row);
        if (Actors.TryAdd(row.Id, actor)) actor.Post(BeginExecution.Instance);
    }

    /// <summary>The store has an instance's end: those who wait for it, its parent among them, are told.</summary>
    public void Ended(InstanceRow row, string? output, FailureDetails? failure)
    {
        Actors.TryRemove(row.Id, out _);
        Waiters.Signal(row.Id);
        if (row.ParentId is { } parentId && Actors.TryGetValue(parentId, out var parent))
        {
            parent.Post(new ChildEnded(row.Id, output, failure));
        }
    }

    /// <summary>Begins nothing more, lets what runs end for so long, and writes what there is to write.</summary>
    public async Task StopAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        Timers.Dispose();
        await Dispatcher.StopAsync(timeout, cancellationToken).ConfigureAwait(false);
        try
        {
            await Turns.WhenIdleAsync().WaitAsync(timeout, Time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            Logger.TurnsLeftRunning(timeout);
        }
    }

    /// <summary>Drops everything that is not on the disk, as the end of the process would.</summary>
    public void Abandon()
    {
        Writer.Abandon();
        Timers.Dispose();
        Dispatcher.Abandon();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Timers.Dispose();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Writer.DisposeAsync().ConfigureAwait(false);
        Waiters.CancelAll();
        Reader.Dispose();
        _file.Dispose();
    }

    private void TakeUp(EngineOptions options)
    {
        var rows = Reader.Active().Where(r => options.TakesUp(r.Id)).ToList();

        // All are known before any runs: a child that ends must find its parent.
        foreach (var row in rows)
        {
            Actors[row.Id] = new(this, row);
        }

        foreach (var row in rows)
        {
            Actors[row.Id].Post(RecoverExecution.Instance);
        }

        Logger.EngineStarted(options.Path, rows.Count);
    }
}
