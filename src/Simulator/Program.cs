using System.Text.Json;
using Sentiment.Simulator;

var parsed = new SimulatorCommand().Create(Run).Parse(args);
return parsed.Errors is [var error, ..] ? Refuse(error.Message) : await parsed.InvokeAsync();

static async Task<int> Run(SimulatorOptions options, CancellationToken stop)
{
    if (options.Problem() is { } problem)
    {
        return Refuse(problem);
    }

    try
    {
        await using var server = await SimulatorServer.StartAsync(options, TimeProvider.System, stop);
        Console.WriteLine($"Simulator listening on {server.BaseAddress.GetLeftPart(UriPartial.Authority)}");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }
    catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
    {
        return Refuse($"Cannot start: {failure.Message}");
    }
}

static int Refuse(string problem)
{
    Console.Error.WriteLine(problem.ReplaceLineEndings(" "));
    return 2;
}
