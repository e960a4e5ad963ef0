using System.Net;
using System.Net.Sockets;
using Sentiment.Adapters.Configuration;
using Sentiment.Api;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Live;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Tenants;
using Sentiment.LocalHost.Commands;
using Sentiment.LocalHost.Data;
using Sentiment.LocalHost.Live;

namespace Sentiment.LocalHost.Serving;

/// <summary>The server on one machine: schedule, API, live hub and dashboard, on loopback.</summary>
internal static class LocalServer
{
    public const int DefaultPort = 7071;
    private const int PortsTried = 100;

    /// <summary>A builder with the server's configuration; the caller may add to it.</summary>
    public static WebApplicationBuilder Builder()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = Directory.GetCurrentDirectory() });
        CommandHost.Logs(builder.Logging, builder.Configuration);

        // Another site's page must not reach the server through a name that resolves to this machine.
        builder.Configuration["AllowedHosts"] = "localhost;127.0.0.1;[::1]";
        return builder;
    }

    /// <summary>Serves until it is told to stop.</summary>
    /// <param name="builder">From <see cref="Builder"/>.</param>
    /// <param name="folder">The data folder; the caller holds its lock.</param>
    /// <param name="held">The lock, to say where the server listens.</param>
    /// <param name="roster">The tenants of the file, which the store takes over.</param>
    /// <param name="port">The port; null: the default, or the next free one.</param>
    /// <param name="cancellationToken">Stops the server gracefully.</param>
    /// <param name="before">What is to be done before it starts.</param>
    public static async Task<int> RunAsync(
        WebApplicationBuilder builder, DataFolder folder, WriterLock held, TenantRoster roster, int? port, CancellationToken cancellationToken,
        Func<IServiceProvider, Task>? before = null)
    {
        var section = builder.Configuration.GetSection(ScheduleOptions.Section);
        var schedule = ScheduleOptions.Read(section[nameof(ScheduleOptions.Cron)], section[nameof(ScheduleOptions.Overlap)]);
        Schedule.Parse(schedule.Cron);
        builder.Services.AddSingleton(Microsoft.Extensions.Options.Options.Create(schedule));
        Schedule.Parse(
            builder.Configuration.GetSection(RetentionOptions.Section)[nameof(RetentionOptions.Cron)] ?? new RetentionOptions().Cron, RetentionOptions.Section);
        var key = AdminKeyFile.OpenOrCreate(folder);
        builder.Services.AddPipeline(builder.Configuration, folder.Path);
        builder.Services.AddSentimentApi().AddBound<ApiOptions>(builder.Configuration, ApiOptions.Section);
        builder.Services.AddSingleton<IAdminKey>(key);
        builder.Services.AddStoredTenants(_ => new FixedTenants(roster)).AddTenantDeletion(isOneProcess: true);
        builder.Services.AddSingleton<ScheduledRuns>();
        builder.Services.AddSingleton(folder);
        builder.Services.AddLiveHub(builder.Configuration).AddBound<LiveOptions>(builder.Configuration, LiveOptions.Section).AddLivePublisher();
        builder.Services.AddHostedService<Schedule>();
        builder.Services.AddHostedService<RetentionSchedule>();
        var chosen = Choose(port);
        if (chosen != 0)
        {
            builder.Configuration[$"{AlertOptions.Section}:{nameof(AlertOptions.PublicUrl)}"] ??= $"http://localhost:{chosen}";
        }

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, chosen));

        var app = builder.Build();
        await using var disposing = app.ConfigureAwait(false);
        CommandHost.Check(app.Services);
        await (before?.Invoke(app.Services) ?? Task.CompletedTask).ConfigureAwait(false);
        app.UseSentimentApi();
        app.UseWebSockets();
        app.MapSentimentApi();
        app.MapLiveHub();
        app.MapDashboard();
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        held.Announce(chosen);
        Console.Out.WriteLine($"Dashboard: http://localhost:{chosen}/#key={key.Key}");
        Console.Out.WriteLine("Press Ctrl+C to stop; started again, it goes on where it stood.");
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return 0;
    }

    private static int Choose(int? port)
    {
        if (port is { } wanted)
        {
            return wanted == 0 || IsFree(wanted) ? wanted
                : throw new CommandFailure($"--port: {wanted} is in use by another process; choose another", CommandFailure.Failed);
        }

        for (var candidate = DefaultPort; candidate < DefaultPort + PortsTried; candidate++)
        {
            if (IsFree(candidate))
            {
                if (candidate != DefaultPort)
                {
                    Console.Error.WriteLine($"sentiment: port {DefaultPort} is in use; listening on {candidate}");
                }

                return candidate;
            }
        }

        throw new CommandFailure($"--port: {DefaultPort} and the {PortsTried - 1} after it are in use; choose another", CommandFailure.Failed);
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
