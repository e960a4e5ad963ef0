using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Sentiment.LocalHost.Tests.Live;

/// <summary>Runs the official JavaScript client; its packages are installed once, as the lock file pins them.</summary>
internal static class OfficialClient
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(3);

    private static readonly Lazy<Task> Installed = new(() => InstallAsync(Folder()));

    /// <summary>Plays a scenario to its end.</summary>
    /// <param name="scenario">One of those in client.mjs.</param>
    /// <param name="serve">Does what the scenario asks of the server and answers it, in JSON.</param>
    public static async Task PlayAsync(string scenario, Func<JsonElement, Task<string>> serve)
    {
        await Installed.Value;
        using var limit = new CancellationTokenSource(RunLimit);
        using var node = Launch(Folder(), "node", "client.mjs", scenario);
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

    private static async Task InstallAsync(string folder)
    {
        // A copy of the lock file tells that npm came to its end, and of which one.
        var (wanted, installed) = (Path.Combine(folder, "package-lock.json"), Path.Combine(folder, "node_modules", ".installed"));
        using var limit = new CancellationTokenSource(InstallLimit);
        if (File.Exists(installed) && await File.ReadAllTextAsync(installed, limit.Token) == await File.ReadAllTextAsync(wanted, limit.Token))
        {
            return;
        }

        using var npm = Launch(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        npm.StandardInput.Close();
        var said = await Task.WhenAll(npm.StandardOutput.ReadToEndAsync(limit.Token), npm.StandardError.ReadToEndAsync(limit.Token));
        await npm.WaitForExitAsync(limit.Token);
        Assert.True(npm.ExitCode == 0, $"'npm ci' in {folder} failed: {string.Concat(said)}");
        File.Copy(wanted, installed, overwrite: true);
    }

    private static Process Launch(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException($"'{program}' cannot be started; the tests of the live hub need Node 20 and npm.", exception);
        }
    }
}
