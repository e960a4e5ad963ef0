using System.Net;
using Sentiment.Simulator.Access;
using Sentiment.Simulator.AlphaVantage;
using Sentiment.Simulator.Faults;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Finnhub;
using Sentiment.Simulator.Helpdesk;
using Sentiment.Simulator.Prices;
using Sentiment.Simulator.SideDoor;
using Sentiment.Simulator.Tiingo;
using Sentiment.Simulator.Truth;
using Sentiment.Simulator.Wire;

namespace Sentiment.Simulator;

/// <summary>A running stand-in for the vendors, on a loopback port.</summary>
public sealed class SimulatorServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SimulatorServer(WebApplication app)
    {
        _app = app;
        BaseAddress = new Uri(app.Urls.First());
    }

    /// <summary>Where the server listens, for example <c>http://127.0.0.1:49152/</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>Starts a server; it listens when the task completes.</summary>
    /// <param name="options">What to serve and how.</param>
    /// <param name="time">Drives the feed's growth, rate limits and injected delays.</param>
    /// <param name="stop">Gives up starting.</param>
    /// <returns>The running server.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="IOException">The port is in use.</exception>
    public static async Task<SimulatorServer> StartAsync(
        SimulatorOptions options,
        TimeProvider time,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (options.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        // The empty builder reads no settings files or environment variables of the process that hosts the server.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();

        var app = builder.Build();
        app.UseRouting();
        Map(app, options, time);
        try
        {
            await app.StartAsync(stop);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new SimulatorServer(app);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // A reader in the middle of a slow body must not hold up the end of a test.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static void Map(WebApplication app, SimulatorOptions options, TimeProvider time)
    {
        var clock = new SimulatorClock(options, time);
        var store = new FeedStore(options);
        var faults = new FaultPlan(options.Seed, options.Faults);
        var statistics = new CallStatistics(time);
        var limits = new CallLimits(options, time);
        var calls = new VendorCalls(
            new KeyGate(options),
            limits,
            new Transit(options, time),
            faults,
            new FaultedAnswer(time),
            statistics,
            time);
        var prices = new PriceFeed(options);
        var tiingo = new TiingoNews(store, clock);
        var finnhub = new FinnhubCompanyNews(store, clock);
        app.MapGet(TiingoNews.Path, context => calls.Serve(context, tiingo));
        app.MapGet(FinnhubCompanyNews.Path, context => calls.Serve(context, finnhub));
        foreach (var (path, api) in (IEnumerable<(string, IVendorApi)>)
        [
            (FinnhubMarketNews.Path, new FinnhubMarketNews(store, clock)),
            (AlphaVantageNews.Path, new AlphaVantageNews(store, clock)),
            (TiingoPrices.EodPath, new TiingoPrices(PriceTable.Eod, prices, clock)),
            (TiingoPrices.IntradayPath, new TiingoPrices(PriceTable.Intraday, prices, clock)),
            (Tickets.Path, new Tickets(store, clock)),
            (TimeEntries.Path, new TimeEntries(store, clock)),
            (Contacts.Path, new Contacts(store, clock)),
        ])
        {
            app.MapGet(path, context => calls.Serve(context, api));
        }

        new SideDoorEndpoints(store, clock, faults, statistics, limits, new TruthReport(store), new PriceTruth(prices)).Map(app);
    }

    /// <summary>Leaves the signals of the process to whoever hosts the server.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
