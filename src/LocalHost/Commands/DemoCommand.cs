using System.CommandLine;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.LocalHost.Data;
using Sentiment.LocalHost.Demo;
using Sentiment.LocalHost.Serving;
using Sentiment.Simulator;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>demo</c>: everything on one machine, against vendors that are simulated behind real HTTP.</summary>
internal static class DemoCommand
{
    private const int MaxTenants = 500;
    private const string EveryMinute = "0 * * * * *";

    public static Command Create(Interrupt interrupt)
    {
        var once = new Option<bool>("--once") { Description = "Does one full run, prints its summary and exits." };
        var port = ServeCommand.Port();
        var tenants = new Option<int?>("--tenants") { Description = $"Sample tenants, 1 to {MaxTenants}; default {DemoFeed.DefaultTenants}.", HelpName = "N" };
        tenants.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > MaxTenants)
            {
                result.AddError($"--tenants: a number from 1 to {MaxTenants} expected");
            }
        });
        var seed = new Option<long?>("--seed") { Description = "Seeds the simulated feed; default 1.", HelpName = "S" };
        var data = CommandOptions.Data(".sentiment/demo");
        var json = CommandOptions.Json();
        var command = new Command("demo", "Starts simulated vendors, sample tenants and the server. No account needed.") { once, port, tenants, seed, data, json };
        command.SetAction(async (parsed, _) =>
        {
            var folder = new DataFolder(parsed.GetValue(data)!);
            folder.Create();
            var feed = DemoFeed.OpenOrCreate(folder, parsed.GetValue(seed), parsed.GetValue(tenants), TimeProvider.System);
            var file = Path.Combine(folder.Path, "tenants.json");
            DataFolder.WriteWhole(file, System.Text.Encoding.UTF8.GetString(DemoTenants.File(feed.Tenants)));
            foreach (var name in DemoTenants.Variables)
            {
                Environment.SetEnvironmentVariable(name, "demo-key");
            }

            var simulator = await feed.StartAsync(TimeProvider.System, interrupt.Token).ConfigureAwait(false);
            await using var disposing = simulator.ConfigureAwait(false);
            return parsed.GetValue(once)
                ? await OnceAsync(simulator, folder, file, parsed.GetValue(json), interrupt.Token).ConfigureAwait(false)
                : await ServeAsync(simulator, folder, file, parsed.GetValue(port), interrupt.Token).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> OnceAsync(SimulatorServer simulator, DataFolder folder, string file, bool json, CancellationToken cancellationToken)
    {
        var builder = CommandHost.Builder();
        Point(builder.Configuration, simulator);
        var roster = RunCommand.ReadTenants(file, builder.Configuration);
        builder.Configuration[$"{AlertOptions.Section}:{nameof(AlertOptions.PublicUrl)}"] ??= $"http://localhost:{LocalServer.DefaultPort}";
        var since = TimeProvider.System.GetUtcNow().UtcDateTime;
        var code = await RunCommand.RunAsync(
            builder, folder, "demo", RunRequest.Everything, roster, json, cancellationToken, services => DemoAlerts.AddAsync(services, roster, cancellationToken)).ConfigureAwait(false);
        DemoAlerts.Tell(folder.Outbox, since, json ? Console.Error : Console.Out);
        return code;
    }

    private static async Task<int> ServeAsync(SimulatorServer simulator, DataFolder folder, string file, int? port, CancellationToken cancellationToken)
    {
        using var held = WriterLock.Take(folder, "demo");
        var builder = LocalServer.Builder();
        Point(builder.Configuration, simulator);
        builder.Configuration[$"{ScheduleOptions.Section}:{nameof(ScheduleOptions.Cron)}"] ??= EveryMinute;
        var roster = RunCommand.ReadTenants(file, builder.Configuration);
        Console.Out.WriteLine($"Simulated vendors: {simulator.BaseAddress}; {roster.Tenants.Count} sample tenants, a run every minute, data in {folder.Path}");
        Console.Out.WriteLine($"Mail of alerts: {folder.Outbox}");
        return await LocalServer.RunAsync(builder, folder, held, roster, port, cancellationToken, services => DemoAlerts.AddAsync(services, roster, cancellationToken)).ConfigureAwait(false);
    }

    private static void Point(ConfigurationManager configuration, SimulatorServer simulator)
    {
        configuration["Sources:Tiingo:BaseUrl"] = simulator.BaseAddress.ToString();
        configuration["Sources:Finnhub:BaseUrl"] = new Uri(simulator.BaseAddress, "api/v1").ToString();
        SimulatedVendors.Unlimit(configuration);

        // The simulated feed moves around the clock, and every run of the demo is to show it.
        configuration["Caching:Enabled"] ??= "false";
    }
}
