using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Sentiment.Api;
using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Live;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;
using Sentiment.LocalHost;

namespace Sentiment.LiveBench;

/// <summary>What telling changes costs against telling whole groups, and how long it takes: pages committed into SQLite, told by the real publisher.</summary>
internal sealed class Deltas(int pages, int perPage, TimeSpan pause)
{
    private const string Run = "bench-run";
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>Runs it and prints a line for each kind of group; returns the share of bytes that deltas take, and how long telling took.</summary>
    public async Task<(double Share, double P95Milliseconds)> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sentiment-deltas-").FullName;
        var delays = new ConcurrentQueue<double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == SentimentMeter.Name && instrument.Name == "sentiment.live.delay")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => delays.Enqueue(seconds * 1000));
        listener.Start();
        var hub = new Counting();
        var source = new Feed(perPage);
        var configuration = new ConfigurationBuilder().Build();
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<IConfiguration>(configuration).AddRouting();
        services.AddPipeline(configuration, folder).AddSingleton<ITableSource>(source).AddSingleton<ILiveHub>(hub);
        services.AddSingleton<ITenantDirectory>(new FixedTenants(new([Feed.Watched], "bench"))).AddSentimentApi();
        services.AddSingleton(Options.Create(new LiveOptions())).AddLivePublisher();
        var provider = services.BuildServiceProvider();
        await using (provider)
        {
            hub.Snapshots = provider.GetRequiredService<LiveSnapshots>();
            var publisher = provider.GetServices<IHostedService>().OfType<LivePublisher>().Single();
            await Feed.RunAsync(provider, Run);
            for (var number = 1; number <= pages + 1; number++)
            {
                await Feed.PageAsync(provider, Run, number);
                if (number == 1)
                {
                    // What there is by then is no change.
                    await publisher.StartAsync(default);
                    await Task.Delay(Settling, TimeProvider.System);
                    hub.IsCounting = true;
                    delays.Clear();
                }

                await Task.Delay(pause, TimeProvider.System);
            }

            await publisher.StopAsync(default);
        }

        Directory.Delete(folder, recursive: true);
        var (deltas, whole) = (0L, 0L);
        foreach (var kind in hub.Bytes.OrderBy(b => b.Key, StringComparer.Ordinal))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{kind.Key,-8} {kind.Value.Messages,6} messages {kind.Value.Delta,12:#,0} bytes of deltas {kind.Value.Whole,14:#,0} bytes of whole groups {100.0 * kind.Value.Delta / kind.Value.Whole,6:0.0} %"));
            (deltas, whole) = (deltas + kind.Value.Delta, whole + kind.Value.Whole);
        }

        var sorted = delays.Order().ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"commit to send, ms: p50 {sorted[sorted.Count / 2]:0.0}, p95 {sorted[sorted.Count * 95 / 100]:0.0}, p99 {sorted[sorted.Count * 99 / 100]:0.0}"));
        return ((double)deltas / whole, sorted[sorted.Count * 95 / 100]);
    }

    /// <summary>A hub that weighs each message against its group as a whole at that moment.</summary>
    private sealed class Counting : ILiveHub
    {
        public LiveSnapshots Snapshots { get; set; } = null!;

        public bool IsCounting { get; set; }

        public ConcurrentDictionary<string, (int Messages, long Delta, long Whole)> Bytes { get; } = new(StringComparer.Ordinal);

        public Task SendAsync(string group, ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken)
        {
            if (IsCounting)
            {
                _ = WeighAsync(group, utf8Json.Length);
            }

            return Task.CompletedTask;
        }

        public ValueTask<bool> IsWatchedAsync(string group, CancellationToken cancellationToken) => new(true);

        public ValueTask<Uri> ClientUrlAsync(string tenant, string keyId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task CloseAsync(string keyId, string reason, CancellationToken cancellationToken) => throw new NotSupportedException();

        // Beside the send, which it must not slow.
        private async Task WeighAsync(string name, int length)
        {
            if (!LiveGroup.TryParse(name, out var group))
            {
                throw new ArgumentException($"'{name}' is no group.", nameof(name));
            }

            var whole = (await Snapshots.ReadAsync(group, default)).Plain().Length;
            Bytes.AddOrUpdate($"{group.Kind}", (1, length, whole), (_, sum) => (sum.Messages + 1, sum.Delta + length, sum.Whole + whole));
        }
    }
}
