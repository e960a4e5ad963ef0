using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Ingestion.Runs;

namespace Sentiment.Domain.Live;

/// <summary>
/// Tells the groups that are watched what has changed: at once where a group was idle, else once an interval; groups side by
/// side, the messages of one in order. What is told is read from the store when it is told, so that it is true whoever else tells.
/// </summary>
internal sealed partial class LivePublisher(
    LiveSignals signals, LiveState state, RunStore runs, ILiveHub hub, IOptions<LiveOptions> options, TimeProvider time, ILogger<LivePublisher> log) : BackgroundService
{
    /// <summary>How long a send, or the question whether a group is watched, may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private const int ReadsAtOnce = 4;
    private const int SendsAtOnce = 64;

    // A group whose reads take long is read less often: they take a fifth of the time at most.
    private const int Rest = 4;

    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1)];

    private readonly LiveMemory _memory = new();
    private readonly SemaphoreSlim _reads = new(ReadsAtOnce);
    private readonly SemaphoreSlim _sends = new(SendsAtOnce);
    private readonly ConcurrentDictionary<Task, LiveGroup> _telling = new();
    private readonly TimeSpan _interval = TimeSpan.FromMilliseconds(options.Value.IntervalMilliseconds);

    /// <summary>Who tells: another name for every start of a process.</summary>
    public string From { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        _reads.Dispose();
        _sends.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var spreading = SpreadAsync(stoppingToken);
        try
        {
            await foreach (var group in signals.Ready.ReadAllAsync(stoppingToken).ConfigureAwait(false))
            {
                var telling = Task.Run(() => TellAsync(group, stoppingToken), CancellationToken.None);
                _telling[telling] = group;
                _ = telling.ContinueWith(t => _telling.TryRemove(t, out _), TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Nobody waits for what was not told: clients read a snapshot when they are connected again.
        }

        await spreading.ConfigureAwait(false);
        await Task.WhenAll(_telling.Keys).ConfigureAwait(false);
    }

    /// <summary>Tells what of a group has changed; returns for how long it is left alone then, null: nothing has, it is idle.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A group that cannot be told holds no other; it is told as a whole at its next change.")]
    internal async Task<TimeSpan?> StepAsync(LiveGroup group, CancellationToken cancellationToken)
    {
        if (!signals.TryTake(group, out var change))
        {
            return null;
        }

        try
        {
            if (await IsWatchedAsync(group, cancellationToken).ConfigureAwait(false))
            {
                return await TellAsync(group, change, cancellationToken).ConfigureAwait(false);
            }

            // Whoever comes later begins with a snapshot.
            _memory.Forget(group);
            return TimeSpan.Zero;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            _memory.Of(group).Lose();
            SentimentMeter.LiveDropped.Add(1);
            NotTold(log, group.Name, failure);
            return _interval;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The process ends: what fails now concerns nobody.")]
    private async Task TellAsync(LiveGroup group, CancellationToken cancellationToken)
    {
        try
        {
            while (await StepAsync(group, cancellationToken).ConfigureAwait(false) is { } rest)
            {
                if (rest > TimeSpan.Zero)
                {
                    await Task.Delay(rest, time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // As above.
        }
    }

    /// <summary>Reads what has changed and sends it; returns for how long the group should be left alone.</summary>
    private async Task<TimeSpan> TellAsync(LiveGroup group, LiveChange change, CancellationToken cancellationToken)
    {
        var told = _memory.Of(group);
        if (told.IsLost)
        {
            change.AddWhole();
        }

        IReadOnlyList<LiveEntry> entries;
        TimeSpan took;
        await _reads.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Before the read: what is told is at least as new as its version says.
            var begun = time.GetTimestamp();
            told.Version = Math.Max(told.Version + 1, time.GetUtcNow().ToUnixTimeMilliseconds());
            entries = await state.ReadAsync(group, change, cancellationToken).ConfigureAwait(false);
            took = time.GetElapsedTime(begun);
        }
        finally
        {
            _reads.Release();
        }

        var news = told.News(group.Kind, entries);
        foreach (var message in LiveMessages.Of(From, told.Version, news, () => _memory.Next(told)))
        {
            await SendAsync(group.Name, message, cancellationToken).ConfigureAwait(false);
            SentimentMeter.LiveMessages.Add(1);
            SentimentMeter.LiveBytes.Add(message.Length);
            SentimentMeter.LiveDelay.Record(time.GetElapsedTime(change.Since).TotalSeconds);
        }

        told.Tell(group.Kind, entries, news, told.Version);
        return took * Rest > _interval ? took * Rest : _interval;
    }

    private async Task SendAsync(string group, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            await _sends.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await WithinAsync(async token => await hub.SendAsync(group, message, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception failure) when (attempt < Pauses.Length && failure is TimeoutException or LiveHubException { IsTransient: true })
            {
                SentimentMeter.LiveFailures.Add(1);
            }
            catch (Exception failure) when (failure is TimeoutException or LiveHubException)
            {
                SentimentMeter.LiveFailures.Add(1);
                throw;
            }
            finally
            {
                _sends.Release();
            }

            await Task.Delay(Pauses[attempt], time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> IsWatchedAsync(LiveGroup group, CancellationToken cancellationToken)
    {
        var asked = hub.IsWatchedAsync(group.Name, cancellationToken);
        return asked.IsCompletedSuccessfully ? asked.Result : await asked.AsTask().WaitAsync(Timeout, time, cancellationToken).ConfigureAwait(false);
    }

    // A hub that does not listen to its token is not waited for either.
    private async Task WithinAsync(Func<CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Timeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await send(both.Token).WaitAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException late) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The hub took more than {Timeout.TotalSeconds} s.", late);
        }
    }

    /// <summary>Spreads what has changed of a run to the groups of its tenants.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The next change of a run tells what this one could not.")]
    private async Task SpreadAsync(CancellationToken cancellationToken)
    {
        const int TenantsPerRead = 100;
        try
        {
            await foreach (var run in signals.Runs.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                try
                {
                    IReadOnlyList<string> tenants;
                    string? after = null;
                    do
                    {
                        tenants = await runs.TenantIdsAsync(run, after, TenantsPerRead, cancellationToken).ConfigureAwait(false);
                        foreach (var tenant in tenants)
                        {
                            signals.RunsChanged(after = tenant);
                        }
                    }
                    while (tenants.Count == TenantsPerRead);
                }
                catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
                {
                    NotSpread(log, run, failure);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // As above.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Group {Group} could not be told of a change; it is told as a whole at the next one.")]
    private static partial void NotTold(ILogger logger, string group, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The tenants of run {Run} could not be told that it has changed.")]
    private static partial void NotSpread(ILogger logger, string run, Exception failure);
}
