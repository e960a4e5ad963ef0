using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Sentiment.Testing;

namespace Sentiment.Azurite;

/// <summary>
/// Azurite, the storage emulator, on free ports and in memory. There is one per test process, started at the first use;
/// it ends with the process, however that ends. Its npm packages are installed once, as the lock file pins them.
/// </summary>
public sealed class AzuriteServer
{
    // The account and key that are built into every emulator.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);
    private static readonly Lazy<Task<AzuriteServer>> One = new(() => StartAsync(Folder()));

    // Its standard input ends with this process, and it with that.
    private readonly Process _process;

    private AzuriteServer(Process process, IReadOnlyDictionary<string, Uri> services)
    {
        _process = process;
        ConnectionString = $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint={services["Blob"]}{Account};TableEndpoint={services["Table"]}{Account};";
    }

    /// <summary>Enters its tables and blobs.</summary>
    public string ConnectionString { get; }

    /// <summary>The one of this process.</summary>
    public static Task<AzuriteServer> SharedAsync() => One.Value;

    /// <summary>A name that no other test uses, for a table or a container.</summary>
    public static string FreshName() => "t" + Guid.NewGuid().ToString("N");

    private static string Folder([CallerFilePath] string source = "") => Path.GetDirectoryName(source)!;

    private static async Task<AzuriteServer> StartAsync(string folder)
    {
        await NpmPackages.InstallAsync(folder);
        using var limit = new CancellationTokenSource(StartLimit);
        var process = NpmPackages.Launch(folder, "node", "start.js", "--blobPort", "0", "--queuePort", "0", "--tablePort", "0",
            "--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck");
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        const string Named = "Azurite ";
        const string Listening = " service is successfully listening at ";
        var services = new Dictionary<string, Uri>();
        while (services.Count < 3)
        {
            var line = await process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("Azurite did not start: " + await errors);
            if (line.IndexOf(Listening, StringComparison.Ordinal) is var at and > 0)
            {
                services[line[Named.Length..at]] = new Uri(line[(at + Listening.Length)..]);
            }
        }

        _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        foreach (var service in services.Values)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(service.Host, service.Port, limit.Token);
        }

        return new(process, services);
    }
}
