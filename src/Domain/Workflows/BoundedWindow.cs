namespace Sentiment.Domain.Workflows;

/// <summary>The one way to fan out in a workflow: at most so many calls in flight at a time.</summary>
public static class BoundedWindow
{
    /// <summary>
    /// Calls <paramref name="call"/> for every input, at most <paramref name="width"/> at a time, begun in order;
    /// returns results in the order of the inputs.
    /// </summary>
    /// <remarks>
    /// A call that throws stops new calls; those in flight are awaited, so that none is pending afterwards, and the
    /// exception that came first in the history is thrown.
    /// </remarks>
    public static async Task<IReadOnlyList<TResult>> RunAsync<TInput, TResult>(
        IReadOnlyList<TInput> inputs, int width, Func<TInput, Task<TResult>> call)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        var results = new TResult[inputs.Count];
        var pending = new Dictionary<Task<TResult>, int>();
        Exception? first = null;
        var next = 0;
        while (pending.Count > 0 || (first is null && next < inputs.Count))
        {
            while (first is null && next < inputs.Count && pending.Count < width)
            {
                pending.Add(call(inputs[next]), next++);
            }

            var done = await Task.WhenAny(pending.Keys);
            pending.Remove(done, out var index);
            try
            {
                results[index] = await done;
            }
            catch (Exception exception) when (first is null)
            {
                first = exception;
            }
            catch (TaskFailedException)
            {
                // A later failure while the window drains; the first one is the one reported.
            }
        }

        return first is null ? results : throw first;
    }
}
