using System.Runtime.CompilerServices;
using System.Text.Json;
using Sentiment.Testing;

namespace Sentiment.LocalHost.Tests.Live;

/// <summary>Runs the official JavaScript client; its packages are installed once, as the lock file pins them.</summary>
internal static class OfficialClient
{
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(3);
    private static readonly Lazy<Task> Installed = new(() => NpmPackages.InstallAsync(Folder()));

    /// <summary>Plays a scenario to its end.</summary>
    /// <param name="scenario">One of those in client.mjs.</param>
    /// <param name="serve">Does what the scenario asks of the server and answers it, in JSON.</param>
    public static async Task PlayAsync(string scenario, Func<JsonElement, Task<string>> serve)
    {
        await Installed.Value;
        using var limit = new CancellationTokenSource(RunLimit);
        using var node = NpmPackages.Launch(Folder(), "node", "client.mjs", scenario);
        try
        {
            var errors = node.StandardError.ReadToEndAsync(limit.Token);
            while (await node.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                var answer = await serve(JsonDocument.Parse(line).RootElement);
                await node.StandardInput.WriteLineAsync(answer.AsMemory(), limit.Token);
                await node.StandardInput.FlushAsync(limit.Token);
            }

            await node.WaitForExitAsync(limit.Token);
            Assert.True(node.ExitCode == 0, await errors);
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill(entireProcessTree: true);
            }
        }
    }

    private static string Folder([CallerFilePath] string source = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", "Live.Client"));
}
