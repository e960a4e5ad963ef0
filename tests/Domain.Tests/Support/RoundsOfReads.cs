using System.Runtime.CompilerServices;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tests.Support;

/// <summary>
/// A reader that answers only once whoever reads can do nothing more without an answer, and then everything that was asked for
/// at once: a round. What is inside must answer at once; everything goes on in the test's own thread, so rounds are always the same.
/// </summary>
public sealed class RoundsOfReads(ITableReader inner) : ITableReader
{
    private List<TaskCompletionSource> _waiting = [];
    private List<string> _asked = [];

    /// <summary>What was asked for in each round, by partition.</summary>
    public List<IReadOnlyList<string>> Rounds { get; } = [];

    /// <summary>Rows that were handed out, by partition.</summary>
    public List<string> Handed { get; } = [];

    /// <summary>Lets the reads of something through, round by round, until it ends.</summary>
    public T Through<T>(Task<T> task)
    {
        // With a context of the test framework's whoever waits would go on in a thread of the pool.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            while (!task.IsCompleted)
            {
                var (waiting, asked) = (_waiting, _asked);
                Assert.NotEmpty(waiting);
                (_waiting, _asked) = ([], []);
                Rounds.Add(asked);
                waiting.ForEach(w => w.SetResult());
            }

            return task.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    public async Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken)
    {
        await PassAsync(partition).ConfigureAwait(false);
        return await inner.GetAsync(partition, key, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        await PassAsync(partition).ConfigureAwait(false);
        var rows = await inner.GetManyAsync(partition, keys, cancellationToken).ConfigureAwait(false);
        Handed.AddRange(rows.Select(r => r.Partition));
        return rows;
    }

    public async IAsyncEnumerable<TableRow> QueryAsync(TableRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await PassAsync(range.Partition).ConfigureAwait(false);
        await foreach (var row in inner.QueryAsync(range, cancellationToken).ConfigureAwait(false))
        {
            Handed.Add(row.Partition);
            yield return row;
        }
    }

    private Task PassAsync(string partition)
    {
        // Whoever waits goes on inside SetResult.
        var waiting = new TaskCompletionSource();
        _waiting.Add(waiting);
        _asked.Add(partition);
        return waiting.Task;
    }
}
