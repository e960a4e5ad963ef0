using System.Diagnostics;
using System.Globalization;

namespace Sentiment.Simulator.Tests;

public sealed class ProcessBehaviour
{
    [Theory]
    [InlineData("--bad-share 3", "--bad-share")]
    [InlineData("--epoch someday", "--epoch")]
    [InlineData("--items-per-symbol many", "--items-per-symbol")]
    [InlineData("--fault-kinds html,gremlins", "--fault-kinds")]
    [InlineData("--unheard-of", "--unheard-of")]
    public async Task A_bad_option_ends_with_one_line_naming_it(string arguments, string option)
    {
        using var process = Run(arguments);
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(2, process.ExitCode);
        Assert.Contains(option, Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_port_ends_with_one_line()
    {
        await using var simulator = await RunningSimulator.Start();
        var port = simulator.Client.BaseAddress!.Port.ToString(CultureInfo.InvariantCulture);
        using var process = Run($"--port {port}");
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(2, process.ExitCode);
        Assert.Contains(port, Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_process_says_where_it_listens_and_serves()
    {
        using var process = Run("--port 0 --seed 7 --epoch 2026-11-01T00:00:00Z --frozen-now 2026-11-01T00:00:00Z --items-per-symbol 10");
        try
        {
            const string announcement = "Simulator listening on ";
            var line = await process.StandardOutput.ReadLineAsync();
            Assert.StartsWith(announcement + "http://127.0.0.1:", line, StringComparison.Ordinal);

            using var client = new HttpClient { BaseAddress = new Uri(line![announcement.Length..]) };
            client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Token any-key");
            Assert.StartsWith("[{", await client.GetStringAsync("/tiingo/news?tickers=AAPL"), StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static Process Run(string arguments) => Process.Start(
        new ProcessStartInfo("dotnet", $"{Path.Combine(AppContext.BaseDirectory, "Sentiment.Simulator.dll")} {arguments}")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
