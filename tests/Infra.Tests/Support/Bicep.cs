using System.Diagnostics;
using System.Reflection;

namespace Sentiment.Infra.Tests.Support;

/// <summary>What a run of the compiler left.</summary>
internal sealed record BicepResult(int ExitCode, string Output, string Diagnostics);

/// <summary>The official compiler, as the package feed serves it.</summary>
internal static class Bicep
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private static readonly string Executable = Path.Combine(
        typeof(Bicep).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "BicepTools").Value!,
        OperatingSystem.IsWindows() ? "bicep.exe" : "bicep");

    public static Task<BicepResult> BuildAsync(string file) => RunAsync("build", file, "--stdout");

    public static Task<BicepResult> LintAsync(string file) => RunAsync("lint", file);

    /// <summary>Evaluates the template for the parameters of a file, without Azure; the snapshot lies beside it.</summary>
    public static Task<BicepResult> SnapshotAsync(string parameters) => RunAsync(
        "snapshot", parameters, "--mode", "overwrite", "--subscription-id", "11111111-1111-1111-1111-111111111111",
        "--tenant-id", "22222222-2222-2222-2222-222222222222", "--location", "westeurope", "--deployment-name", "main");

    private static async Task<BicepResult> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        using var process = Process.Start(start)!;
        using var tooLong = new CancellationTokenSource(Longest);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(tooLong.Token);
            var diagnostics = process.StandardError.ReadToEndAsync(tooLong.Token);
            await process.WaitForExitAsync(tooLong.Token);
            return new(process.ExitCode, await output, await diagnostics);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
