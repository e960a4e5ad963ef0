using System.Diagnostics;

namespace Sentiment.Testing;

/// <summary>Programs of npm packages, which are installed once, as the lock file of their folder pins them.</summary>
internal static class NpmPackages
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);

    /// <summary>Installs a folder's packages unless they are.</summary>
    public static async Task InstallAsync(string folder)
    {
        // A copy of the lock file tells that npm came to its end, and of which one.
        var (wanted, installed) = (Path.Combine(folder, "package-lock.json"), Path.Combine(folder, "node_modules", ".installed"));
        using var limit = new CancellationTokenSource(InstallLimit);
        await using var _ = await LockAsync(folder, limit.Token);
        if (File.Exists(installed) && await File.ReadAllTextAsync(installed, limit.Token) == await File.ReadAllTextAsync(wanted, limit.Token))
        {
            return;
        }

        using var npm = Launch(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        npm.StandardInput.Close();
        var said = await Task.WhenAll(npm.StandardOutput.ReadToEndAsync(limit.Token), npm.StandardError.ReadToEndAsync(limit.Token));
        await npm.WaitForExitAsync(limit.Token);
        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException($"'npm ci' in {folder} failed: {string.Concat(said)}");
        }

        File.Copy(wanted, installed, overwrite: true);
    }

    /// <summary>Starts a program in a folder, its input and output in the caller's hands.</summary>
    public static Process Launch(string folder, string program, params string[] arguments)
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
            throw new InvalidOperationException($"'{program}' cannot be started; these tests need Node 20 and npm.", exception);
        }
    }

    // Two test processes of one clone must not install at once.
    private static async Task<FileStream> LockAsync(string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, ".lock");
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
            }
        }
    }
}
