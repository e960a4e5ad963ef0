namespace Sentiment.EndToEnd;

/// <summary>Waits for what a process does in its own time, two minutes at most.</summary>
internal static class Patience
{
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await holds())
        {
            await Task.Delay(10, limit.Token);
        }
    }

    /// <summary>Until a server answers.</summary>
    public static Task UntilHealthyAsync(HttpClient http) => UntilAsync(async () =>
    {
        try
        {
            return (await http.GetAsync(new Uri("/api/health", UriKind.Relative))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    });
}
