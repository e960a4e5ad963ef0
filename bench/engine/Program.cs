using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sentiment.Bench.Engine;
using Sentiment.Domain.Workflows;
using Sentiment.Engine;

// engine [activities] [window] [folder]: activities a second through the embedded engine, beside SQLite alone.
var activities = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
var window = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200;
var parent = args.Length > 2 ? args[2] : Path.GetTempPath();
var folder = Directory.CreateDirectory(Path.Combine(parent, $"engine-bench-{Guid.NewGuid():N}")).FullName;
var time = TimeProvider.System;
Console.WriteLine($"{Environment.ProcessorCount} cores, {activities:N0} activities, window {window}, in {parent}");
try
{
    foreach (var durability in Enum.GetValues<EngineDurability>())
    {
        var full = durability == EngineDurability.PowerLoss;
        await MeasureAsync(durability, "warm-up", activities / 10, window);
        var fanOut = await MeasureAsync(durability, "fan-out", activities, window);
        var sequential = await MeasureAsync(durability, "sequential", Math.Max(1, activities / 20), 1);
        var bareWide = BareSqlite.TurnsPerSecond(folder, 2_000, window / 2, full, time) * (window / 2);
        var bareSingle = BareSqlite.TurnsPerSecond(folder, 5_000, 1, full, time);
        Console.WriteLine($"{durability,-12} fan-out    {fanOut,10:N0} activities/s   bare SQLite {bareWide,12:N0} ({fanOut / bareWide:P0})");
        Console.WriteLine($"{durability,-12} sequential {sequential,10:N0} activities/s   bare SQLite {bareSingle,12:N0} ({sequential / bareSingle:P0})");
        foreach (var file in Directory.EnumerateFiles(folder)) File.Delete(file);
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

async Task<double> MeasureAsync(EngineDurability durability, string name, int calls, int width)
{
    var registry = new WorkflowRegistry().AddWorkflow<FanOut, Plan, int>().AddActivity<Echo, int, int>();
    await using var services = new ServiceCollection().BuildServiceProvider();
    var options = new EngineOptions { Path = Path.Combine(folder, $"{durability}-{name}.db"), Durability = durability };
    await using var engine = new EmbeddedEngine(options, registry, services, time, NullLoggerFactory.Instance);
    await engine.StartAsync(CancellationToken.None);
    var started = time.GetTimestamp();
    await engine.StartAsync(nameof(FanOut), new Plan(calls, width), name, CancellationToken.None);
    var ended = await engine.WaitForEndAsync(name, CancellationToken.None);
    if (ended.Status != WorkflowStatus.Completed) throw new InvalidOperationException($"{name}: {ended.Status} {ended.Failure}");
    return calls / time.GetElapsedTime(started).TotalSeconds;
}
