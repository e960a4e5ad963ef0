using System.CommandLine;
using Sentiment.Adapters.Http;
using Sentiment.Adapters.Onnx;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Engine;
using Sentiment.LocalHost.Data;
using Sentiment.LocalHost.Output;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>run</c>: one run in this process, to its end.</summary>
internal static class RunCommand
{
    // What cannot be sent by then is sent by the next process.
    private static readonly TimeSpan AlertWait = TimeSpan.FromSeconds(10);

    public static Command Create(Interrupt interrupt)
    {
        var data = CommandOptions.Data();
        var json = CommandOptions.Json();
        var selection = new RunSelection();
        var noCache = new Option<bool>("--no-cache") { Description = "Asks the vendors anew, whatever answers of theirs are kept." };
        var command = new Command("run", "Fetches what is new, or a window, scores and stores it. An unfinished run of the same arguments is finished.")
        {
            noCache, data, json,
        };
        selection.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            var builder = CommandHost.Builder();
            if (parsed.GetValue(noCache))
            {
                builder.Configuration["Caching:Enabled"] = "false";
            }

            var roster = ReadTenants(parsed.GetValue(selection.Tenants)!, builder.Configuration);
            return RunAsync(builder, new DataFolder(parsed.GetValue(data)!), "run", selection.Of(parsed), roster, parsed.GetValue(json), interrupt.Token);
        });
        return command;
    }

    /// <summary>Reads a tenants file.</summary>
    /// <exception cref="TenantsFileException">It has problems.</exception>
    public static TenantRoster ReadTenants(string path, IConfiguration configuration)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"--tenants: '{path}' cannot be read: {exception.Message}", CommandFailure.BadUsage);
        }

        using var services = new ServiceCollection().AddLogging().AddSources(configuration).AddSingleton<SourceCatalog>().BuildServiceProvider();
        return TenantsFile.Parse(bytes, services.GetRequiredService<SourceCatalog>(), OnnxServices.ModelNames(configuration));
    }

    /// <summary>Runs to the end with progress, after what is to be done before; prints the summary.</summary>
    public static async Task<int> RunAsync(
        HostApplicationBuilder builder, DataFolder folder, string command, RunRequest request, TenantRoster roster, bool json, CancellationToken cancellationToken,
        Func<IServiceProvider, Task>? before = null)
    {
        using var held = WriterLock.Take(folder, command);
        builder.Services.AddPipeline(builder.Configuration, folder.Path);
        var host = builder.Build();
        await using var disposing = ((IAsyncDisposable)host).ConfigureAwait(false);
        CommandHost.Check(host.Services);
        await (before?.Invoke(host.Services) ?? Task.CompletedTask).ConfigureAwait(false);
        var starter = host.Services.GetRequiredService<RunStarter>();
        var prepared = await starter.PrepareAsync(request, roster, OverlapPolicy.Skip, cancellationToken).ConfigureAwait(false);

        // The other unfinished runs of this folder are somebody else's to go on with; its alerts are everybody's.
        host.Services.GetRequiredService<EngineOptions>().InstanceIdPrefixes = [prepared.Run.Id, OpenAlerts.InstancePrefix];
        var time = host.Services.GetRequiredService<TimeProvider>();
        var begun = time.GetTimestamp();
        var tables = host.Services.GetRequiredService<ITableStore>();
        var stood = await RunReport.ReadAsync(tables, prepared.Run.Id, cancellationToken).ConfigureAwait(false);
        await host.StartAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var progress = RunProgress.For(json, time);
            progress.Started(prepared);
            await starter.BeginAsync(prepared.Run, cancellationToken).ConfigureAwait(false);
            if (prepared.Run.IsSuspended)
            {
                // Whoever asks for the run to be finished wants it to go on.
                await host.Services.GetRequiredService<RunSteering>().ResumeAsync(prepared.Run.Id, $"resumed by '{command}'", cancellationToken).ConfigureAwait(false);
            }

            var alerts = host.Services.GetRequiredService<OpenAlerts>();
            await alerts.SweepAsync(cancellationToken).ConfigureAwait(false);
            await progress.WatchAsync(tables, prepared.Run.Id, starter.WaitForEndAsync(prepared.Run.Id, cancellationToken), cancellationToken).ConfigureAwait(false);
            await alerts.WaitAsync(AlertWait, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }

        var report = await RunReport.ReadAsync(tables, prepared.Run.Id, cancellationToken).ConfigureAwait(false);
        return RunSummary.Print(report!, stood!, time.GetElapsedTime(begun), json);
    }
}
