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
    private readonly Channel<ActivityWork> _queue = Channel.CreateUnbounded<ActivityWork>();
    private readonly CancellationTokenSource _stop = new();
    private readonly ActivityAttempt _attempts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly WorkTracker _work;
    private readonly Task _workers;

    /// <summary>Starts the workers.</summary>
    public ActivityDispatcher(
        WorkflowRegistry registry, IServiceScopeFactory scopes, TimeProvider time, ILogger logger, WorkTracker work, int workers)
    {
        _attempts = new(registry, scopes, time);
        (_time, _logger, _work) = (time, logger, work);
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
        var request = work.Call.Request;
        HistoryEvent result;
        try
        {
            result = new(HistoryEventKind.TaskCompleted, work.Call.Sequence, Payload: await _attempts.RunAsync(
                new(work.Actor.Id, request.Name!, (int)request.Value), work.Call.Input, work.Call.Timeout, _stop.Token).ConfigureAwait(false));
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The stop may have caused the failure, whatever its type; the attempt runs again after the restart.
            return;
        }
        catch (Exception exception)
        {
            var failure = FailureDetails.From(exception);
            _logger.ActivityFailed(request.Name!, work.Actor.Id, (int)request.Value, exception);
            result = new(
                HistoryEventKind.TaskFailed, work.Call.Sequence, failure.ErrorType, failure.Message, failure.IsNonRetryable ? 1 : 0);
        }

        work.Actor.Post(new TaskEnded(work.Generation, result));
    }
}
