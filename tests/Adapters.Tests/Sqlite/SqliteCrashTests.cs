using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Sentiment.Adapters.Sqlite;
using Sentiment.Adapters.Tests.Sqlite;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.Sqlite
{
    public sealed class SqliteCrashTests : IAsyncLifetime, IAsyncDisposable
    {
        private static readonly CancellationToken None = CancellationToken.None;

        private readonly SqliteFolder _folder = new();

        public Task InitializeAsync() => Task.CompletedTask;

        Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

        public ValueTask DisposeAsync() => _folder.DisposeAsync();

        [Fact]
        public async Task A_process_killed_while_writing_has_lost_nothing_acknowledged()
        {
            using var child = SqliteCrashWriter.Start(_folder.File);
            var acknowledged = new List<string>();
            while (acknowledged.Count < 500 && await child.StandardOutput.ReadLineAsync() is { } key)
            {
                acknowledged.Add(key);
            }

            Assert.Equal(500, acknowledged.Count);
            child.Kill();

            // The last line may be cut off.
            acknowledged.AddRange((await child.StandardOutput.ReadToEndAsync()).Split('\n').SkipLast(1));
            await child.WaitForExitAsync();

            // First as a command that only looks would find it, then as the next run.
            foreach (var store in (SqliteTableStore[])[_folder.Open(readOnly: true), _folder.Open()])
            {
                var keys = await store.QueryAsync(new TableRange("p"), None).Select(row => row.Key).ToHashSetAsync();
                Assert.All(acknowledged, key => Assert.Contains(key, keys));
            }
        }
    }

    /// <summary>Writes in a process of its own until it is killed, and says each key when it is acknowledged.</summary>
    internal static class SqliteCrashWriter
    {
        private const string FileVariable = "SENTIMENT_TEST_CRASH_FILE";

        public static Process Start(string file)
        {
            var assembly = typeof(SqliteCrashWriter).Assembly.Location;
            var start = new ProcessStartInfo("dotnet", ["exec", assembly]) { RedirectStandardOutput = true };

            // The test program's own entry point does nothing; the hook runs before it.
            start.Environment["DOTNET_STARTUP_HOOKS"] = assembly;
            start.Environment[FileVariable] = file;
            return Process.Start(start)!;
        }

        public static async Task RunAsync()
        {
            if (Environment.GetEnvironmentVariable(FileVariable) is not { } file)
            {
                return;
            }

            var store = new SqliteTableStore(new SqliteOptions { Path = file }, NullLogger<SqliteTableStore>.Instance);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
            {
                for (var i = 0; ; i++)
                {
                    var key = $"{writer}|{i:D9}";
                    await store.WriteAsync("p", [TableWrite.Insert(key, 1, "{}"u8.ToArray())], CancellationToken.None);
                    Console.WriteLine(key);
                }
            })));
        }
    }
}

/// <summary>The name and place that the runtime looks for in a startup hook.</summary>
#pragma warning disable CA1050 // It has to be outside of any namespace.
internal static class StartupHook
{
    public static void Initialize() => SqliteCrashWriter.RunAsync().GetAwaiter().GetResult();
}
#pragma warning restore CA1050
