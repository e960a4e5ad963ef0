using System.Text.Json;
using System.Text.Json.Serialization;
using Sentiment.LocalHost.Data;
using Sentiment.Simulator;

namespace Sentiment.LocalHost.Demo;

/// <summary>What a demo's feed is a function of, beside the clock; kept in its data folder.</summary>
/// <param name="Seed">Seeds the generator.</param>
/// <param name="Epoch">Where history ends and growth begins.</param>
/// <param name="Tenants">How many sample tenants there are.</param>
internal sealed record DemoFeed(long Seed, DateTimeOffset Epoch, int Tenants)
{
    public const int DefaultTenants = 8;
    private const int ItemsPerSymbol = 300;
    private const int HistoryDays = 7;

    /// <summary>The feed of the folder, or a new one that begins now.</summary>
    /// <exception cref="CommandFailure">The folder's feed has another seed.</exception>
    public static DemoFeed OpenOrCreate(DataFolder folder, long? seed, int? tenants, TimeProvider time)
    {
        var kept = File.Exists(folder.Demo) ? Read(folder) : null;
        if (kept is not null && seed is { } other && other != kept.Seed)
        {
            throw new CommandFailure($"--seed: the feed of '{folder.Path}' has seed {kept.Seed}; leave --seed out, or name another folder with --data", CommandFailure.BadUsage);
        }

        var now = time.GetUtcNow();
        var feed = kept is null
            ? new DemoFeed(seed ?? 1, now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)), tenants ?? DefaultTenants)
            : kept with { Tenants = tenants ?? kept.Tenants };
        if (feed != kept)
        {
            DataFolder.WriteWhole(folder.Demo, JsonSerializer.Serialize(feed, DemoJson.Default.DemoFeed));
        }

        return feed;
    }

    /// <summary>Starts the vendors' stand-in on a free loopback port.</summary>
    public Task<SimulatorServer> StartAsync(TimeProvider time, CancellationToken cancellationToken) => SimulatorServer.StartAsync(new SimulatorOptions
    {
        Seed = Seed,
        Epoch = Epoch,
        HistoryDays = HistoryDays,
        ItemsPerSymbol = ItemsPerSymbol,
        ItemsPerSymbolPerDay = 240,
    }, time, cancellationToken);

    private static DemoFeed Read(DataFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(folder.Demo), DemoJson.Default.DemoFeed)
                ?? throw new JsonException("an object expected");
        }
        catch (JsonException exception)
        {
            throw new CommandFailure($"'{folder.Demo}' is damaged ({exception.Message}): remove '{folder.Path}' to begin anew", CommandFailure.Failed);
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DemoFeed))]
internal sealed partial class DemoJson : JsonSerializerContext;
