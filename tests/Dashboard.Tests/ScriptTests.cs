using System.Diagnostics;
using System.IO.Compression;

namespace Sentiment.Dashboard.Tests;

/// <summary>What needs no browser: the page's own tests, and how large its script is.</summary>
public sealed class ScriptTests
{
    private const int MostBytes = 150 * 1024;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task The_rules_of_the_page_hold()
    {
        using var limit = new CancellationTokenSource(Limit);
        using var npm = Process.Start(new ProcessStartInfo("npm", ["test", "--silent"])
        {
            WorkingDirectory = Demo.Built("Dashboard"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var said = await Task.WhenAll(npm.StandardOutput.ReadToEndAsync(limit.Token), npm.StandardError.ReadToEndAsync(limit.Token));
        await npm.WaitForExitAsync(limit.Token);

        Assert.True(npm.ExitCode == 0, string.Concat(said));
    }

    [Fact]
    public void All_script_together_is_small()
    {
        var scripts = Directory.GetFiles(Path.Combine(Demo.Built("Dashboard"), "dist"), "*.js", SearchOption.AllDirectories);
        Assert.NotEmpty(scripts);

        var compressed = scripts.Sum(script =>
        {
            using var small = new MemoryStream();
            using (var gzip = new GZipStream(small, CompressionLevel.Optimal, leaveOpen: true))
            {
                gzip.Write(File.ReadAllBytes(script));
            }

            return small.Length;
        });

        Assert.InRange(compressed, 1, MostBytes);
    }
}
