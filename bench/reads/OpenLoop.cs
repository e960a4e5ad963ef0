namespace Sentiment.ReadBench;

/// <summary>How long requests took, in milliseconds from the moment each was due.</summary>
/// <param name="Milliseconds">In ascending order.</param>
/// <param name="Failed">Requests that were not answered with 200.</param>
internal sealed record Latencies(IReadOnlyList<double> Milliseconds, int Failed)
{
    public double At(double quantile) => Milliseconds[Math.Min(Milliseconds.Count - 1, (int)(Milliseconds.Count * quantile))];
}

/// <summary>Sends requests at a steady rate whether or not those before were answered, so that a slow server is not spared.</summary>
internal static class OpenLoop
{
    public static async Task<Latencies> RunAsync(HttpClient http, int perSecond, int count, Func<int, string> path)
    {
        var begun = TimeProvider.System.GetTimestamp();
        var requests = new List<Task<(double Milliseconds, bool IsFailed)>>(count);
        for (var i = 0; i < count; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / perSecond);
            if (due - TimeProvider.System.GetElapsedTime(begun) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, TimeProvider.System);
            }

            requests.Add(SendAsync(http, path(i), begun, due));
        }

        var all = await Task.WhenAll(requests);
        return new([.. all.Select(a => a.Milliseconds).Order()], all.Count(a => a.IsFailed));
    }

    private static async Task<(double, bool)> SendAsync(HttpClient http, string path, long begun, TimeSpan due)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await answer.Content.CopyToAsync(Stream.Null);
        return ((TimeProvider.System.GetElapsedTime(begun) - due).TotalMilliseconds, !answer.IsSuccessStatusCode);
    }
}
