using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Quotas;

/// <summary>Lets so many calls to a vendor be under way from this process; the others wait, round-robin by tenant.</summary>
internal sealed class CallLane(VendorTerms terms, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly FairQueue<Waiter> _waiting = new(QuotaTerms.MostWaiting);
    private int _underWay;

    /// <summary>Waits up to five seconds for a place.</summary>
    /// <exception cref="SourceWaitException">There was none, or too many wait.</exception>
    public async ValueTask EnterAsync(string tenant, CallPriority priority, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(tenant, priority);
        lock (_gate)
        {
            if (terms.Concurrency == 0 || (_underWay < terms.Concurrency && _waiting.Count == 0))
            {
                _underWay++;
                return;
            }

            if (!_waiting.TryEnqueue(waiter))
            {
                throw Busy();
            }
        }

        try
        {
            await waiter.Entered.Task.WaitAsync(QuotaTerms.LongestWait, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            bool hasEntered;
            lock (_gate)
            {
                hasEntered = !_waiting.Remove(waiter);
            }

            if (hasEntered)
            {
                Leave();
            }

            throw exception is TimeoutException ? Busy() : exception;
        }
    }

    /// <summary>A call has ended: the next one may begin.</summary>
    public void Leave()
    {
        Waiter? next = null;
        lock (_gate)
        {
            _underWay--;
            if (_underWay < terms.Concurrency && _waiting.TryPeek(out next))
            {
                _waiting.Dequeue();
                _underWay++;
            }
        }

        next?.Entered.TrySetResult();
    }

    private SourceWaitException Busy() => new(
        $"{terms.Vendor}: {terms.Concurrency} calls are under way, the most that Sources:{terms.Vendor}:Concurrency allows", time.GetUtcNow() + QuotaTerms.LongestWait + QuotaTerms.Fresh);

    private sealed class Waiter(string tenant, CallPriority priority) : IQueued
    {
        public string Tenant { get; } = tenant;

        public CallPriority Priority { get; } = priority;

        public TaskCompletionSource Entered { get; } = new();
    }
}
