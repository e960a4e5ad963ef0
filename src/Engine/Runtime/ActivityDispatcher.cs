using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Workflows;
using Sentiment.Engine.Execution;
using Sentiment.Engine.History;

namespace Sentiment.Engine.Runtime;

/// <summary>One attempt of an activity that is to be run.</summary>
internal sealed record ActivityWork(InstanceActor Actor, int Generation, PendingCall Call);

/// <summary>Runs activities, so many at a time, in the order in which they were committed.</summary>
/// <remarks>
/// The queue is in memory and has no bound of its own: each entry is a call that a workflow in memory awaits, so the
/// windows of the workflows bound it. After a restart it is filled from the histories.
/// </remarks>
internal sealed class ActivityDispatcher : IDisposable
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(40);

    private readonly Channel<ActivityWork> _queue = Channel.CreateUnbounded<ActivityWork>();
    private readonly CancellationTokenSource _stop = new();
    private readonly WorkflowRegistry _registry;
    private readonly IServiceScopeFactory _scopes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WorkTracker _work;
    private readonly Task _workers;

    /// <summary>Starts the workers.</summary>
    public ActivityDispatcher(
        WorkflowRegistry registry, IServiceScopeFactory scopes, TimeProvider time, ILogger logger, WorkTracker work, int workers)
    {
        (_registry, _scopes, _time, _logger, _work) = (registry, scopes, time, logger, work);
        _workers = Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync)));
    }

    /// <summary>Queues an attempt.</summary>
    public void Enqueue(ActivityWork work)
    {
        _work.Enter();
        if (!_queue.Writer.TryWrite(work)) _work.Exit();
    }

    /// <summary>Begins no more, cancels what runs and waits for it so long.</summary>
    public async Task StopAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await _workers.WaitAsync(timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            _logger.ActivitiesLeftRunning(timeout);
        }
    }

    /// <summary>Begins no more and forgets what runs, as the end of the process would.</summary>
    public void Abandon()
    {
        _queue.Writer.TryComplete();
        _stop.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private async Task WorkAsync()
    {
        await foreach (var work in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                if (!_stop.IsCancellationRequested && work.Call.IsPending && work.Actor.MayBegin(work)) await RunAsync(work).ConfigureAwait(false);
            }
            finally
            {
                _work.Exit();
            }
        }
    }

    private async Task RunAsync(ActivityWork work)
    {
        HistoryEvent result;
        try
        {
            result = new(HistoryEventKind.TaskCompleted, work.Call.Sequence, Payload: await InvokeAsync(work).ConfigureAwait(false));
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The stop may have caused the failure, whatever its type; the attempt runs again after the restart.
            return;
        }
        catch (Exception exception)
        {
            var failure = FailureDetails.From(exception);
            _logger.ActivityFailed(work.Call.Request.Name!, work.Actor.Id, (int)work.Call.Request.Value, exception);
            result = new(
                HistoryEventKind.TaskFailed, work.Call.Sequence, failure.ErrorType, failure.Message, failure.IsNonRetryable ? 1 : 0);
        }

        work.Actor.Post(new TaskEnded(work.Generation, result));
    }

    private async Task<string?> InvokeAsync(ActivityWork work)
    {
        var request = work.Call.Request;
        if (!_registry.TryGetActivity(request.Name!, out var name, out var invoker))
        {
            throw new NonRetryableException($"No activity is registered under '{request.Name}'.");
        }

        var timeout = work.Call.Timeout;
        var source = timeout > TimeSpan.Zero && timeout < LongestTimeout ? new CancellationTokenSource(timeout, _time) : new();
        var token = source.Token;
        var registration = _stop.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), source);
        var run = RunInScopeAsync(invoker, work, name, source, registration);
        try
        {
            // An activity that ignores its token must not hold the workflow up, nor one of the places here.
            return await (run.IsCompleted ? run : run.WaitAsync(token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested && !_stop.IsCancellationRequested)
        {
            throw new TimeoutException($"The activity '{name}' did not end within {timeout}.");
        }
        finally
        {
            if (!run.IsCompleted) _ = run.ContinueWith(static t => t.Exception, TaskScheduler.Default);
        }
    }

    private async Task<string?> RunInScopeAsync(
        ActivityInvoker invoker, ActivityWork work, string name, CancellationTokenSource source, CancellationTokenRegistration registration)
    {
        using (source)
        await using (registration.ConfigureAwait(false))
        {
            var scope = _scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                return await invoker(
                    scope.ServiceProvider, new(work.Actor.Id, name, (int)work.Call.Request.Value), work.Call.Input, source.Token)
                    .ConfigureAwait(false);
            }
        }
    }
}
