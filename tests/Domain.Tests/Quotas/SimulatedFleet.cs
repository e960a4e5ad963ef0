using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Testing;

namespace Sentiment.Domain.Tests.Quotas;

/// <summary>Processes that share a credential through one store, in simulated time, with latencies, lost answers and crashes.</summary>
internal sealed class SimulatedFleet
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(10);

    private readonly Random _random;
    private readonly CallLimits _limits;
    private readonly List<Member> _members = [];

    public SimulatedFleet(int seed, CallLimits limits)
    {
        (_random, _limits, Referee) = (new(seed), limits, new(limits));

        // Continuations run where their timers fire, not on xunit's or the pool's threads.
        SynchronizationContext.SetSynchronizationContext(null);
    }

    public SimulatedTime Time { get; } = new(Start);

    public Referee Referee { get; }

    public MemoryTables Tables { get; } = new();

    /// <summary>The share of calls whose answer never comes, and of those that their caller gives up at once.</summary>
    public double LostShare { get; init; }

    public int LatencyMs { get; init; } = 200;

    public void StartProcess(int workers, CallPriority priority = CallPriority.Interactive, int skewMs = 0)
    {
        var time = new ProcessTime(Time, TimeSpan.FromMilliseconds(skewMs));
        var budgets = new CallBudgets(new SlowTables(Tables, time, _random), time);
        _members.Add(new(time, budgets));
        var budget = budgets.Of(new("wire", _limits, Attempt, 0, 0));
        for (var worker = 0; worker < workers; worker++)
        {
            _ = WorkAsync(budget, time, $"tenant-{worker}", priority);
        }
    }

    /// <summary>Ends the oldest process as the kernel does.</summary>
    public void Kill()
    {
        _members[0].Time.IsDead = true;
        _members.RemoveAt(0);
    }

    public void RunFor(TimeSpan span) => Time.RunUntil(Time.GetUtcNow() + span);

    private async Task WorkAsync(VendorBudget budget, ProcessTime time, string tenant, CallPriority priority)
    {
        while (true)
        {
            CallPermit permit;
            try
            {
                permit = await budget.ReserveAsync("secret", tenant, priority, default).ConfigureAwait(false);
            }
            catch (SourceWaitException wait)
            {
                var rest = wait.Until - time.GetUtcNow();
                await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, time).ConfigureAwait(false);
                continue;
            }

            // The request is on its way whatever becomes of the process.
            var out_ = Latency();
            Time.After(out_, () => Referee.Arrive(Time.GetUtcNow()));
            if (_random.NextDouble() < LostShare)
            {
                var isAbandoned = _random.Next(2) == 0;
                await Task.Delay(isAbandoned ? TimeSpan.FromMilliseconds(1) : Attempt, time).ConfigureAwait(false);
                permit.Settle(isAbandoned ? CallOutcome.Abandoned : CallOutcome.Broken);
                continue;
            }

            await Task.Delay(out_ + Latency(), time).ConfigureAwait(false);
            permit.Answered();
            permit.Settle(CallOutcome.Answered);
        }
    }

    private TimeSpan Latency() => TimeSpan.FromMilliseconds(_random.NextDouble() * LatencyMs);

    private sealed record Member(ProcessTime Time, CallBudgets Budgets);

    /// <summary>A store on the other side of a network: a process may die before or after a write, and learn nothing of it.</summary>
    private sealed class SlowTables(ITableStore inner, TimeProvider time, Random random) : ITableStore
    {
        public async Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken)
        {
            await PassAsync().ConfigureAwait(false);
            var row = await inner.GetAsync(partition, key, cancellationToken).ConfigureAwait(false);
            await PassAsync().ConfigureAwait(false);
            return row;
        }

        public async Task<IReadOnlyList<string>> WriteAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
        {
            await PassAsync().ConfigureAwait(false);
            var etags = await inner.WriteAsync(partition, writes, cancellationToken).ConfigureAwait(false);
            await PassAsync().ConfigureAwait(false);
            return etags;
        }

        public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
            inner.GetManyAsync(partition, keys, cancellationToken);

        public IAsyncEnumerable<TableRow> QueryAsync(TableRange range, CancellationToken cancellationToken) => inner.QueryAsync(range, cancellationToken);

        private Task PassAsync() => Task.Delay(TimeSpan.FromMilliseconds(random.NextDouble() * 15), time);
    }
}
