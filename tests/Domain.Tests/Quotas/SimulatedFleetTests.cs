using System.Globalization;
using Sentiment.Domain.Quotas;
using Xunit.Abstractions;

namespace Sentiment.Domain.Tests.Quotas;

/// <summary>The ledger against a strict referee, over seeded schedules.</summary>
public sealed class SimulatedFleetTests(ITestOutputHelper output)
{
    private const int Seeds = 5;

    public static TheoryData<string, int, int, int, int> Limits => new()
    {
        // limits as second/minute/hour/day, processes, workers each, the window that binds in seconds, windows
        { "0/60/0/0", 1, 8, 60, 10 },
        { "0/60/0/0", 3, 8, 60, 10 },
        { "30/60/0/0", 2, 16, 60, 10 },
        { "0/1000/0/0", 2, 16, 60, 5 },
        { "0/0/50/0", 3, 8, 3600, 6 },
        { "0/0/0/25", 2, 8, 86_400, 4 },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public void No_call_too_many_and_nearly_all_that_are_permitted_while_work_waits(string limits, int processes, int workers, int seconds, int windows)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var fleet = new SimulatedFleet(seed, Parse(limits));
            for (var process = 0; process < processes; process++)
            {
                fleet.StartProcess(workers, skewMs: (process * 83 % 240) - 120);
            }

            fleet.RunFor(TimeSpan.FromSeconds(seconds * (windows + 0.1)));
            Check(fleet, Parse(limits), seconds, windows, 0.95, seed);
        }
    }

    [Theory]
    [InlineData("0/60/0/0", 60, 10)]
    [InlineData("30/60/0/0", 60, 10)]
    [InlineData("0/300/0/0", 60, 10)]
    [InlineData("0/0/50/0", 3600, 5)]
    public void No_call_too_many_and_most_that_are_permitted_where_processes_are_killed_and_answers_are_lost(string limits, int seconds, int windows)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            var fleet = new SimulatedFleet(seed, Parse(limits)) { LostShare = 0.01 };
            fleet.StartProcess(8, skewMs: 100);
            fleet.StartProcess(8, skewMs: -100);
            var left = TimeSpan.FromSeconds(seconds * (windows + 0.1));
            while (left > TimeSpan.Zero)
            {
                // A kill in each window, about.
                var span = TimeSpan.FromSeconds(seconds * (0.5 + random.NextDouble()));
                span = span < left ? span : left;
                left -= span;
                fleet.RunFor(span);
                fleet.Kill();
                fleet.StartProcess(8, skewMs: random.Next(-120, 120));
            }

            Check(fleet, Parse(limits), seconds, windows, 0.8, seed);
        }
    }

    [Fact]
    public void What_a_window_of_one_second_can_reach()
    {
        var fleet = new SimulatedFleet(1, new() { PerSecond = 30 });
        fleet.StartProcess(40);
        fleet.StartProcess(40);
        fleet.RunFor(TimeSpan.FromSeconds(130));
        Check(fleet, new() { PerSecond = 30 }, 1, 120, 0.6, 1);
    }

    private void Check(SimulatedFleet fleet, CallLimits limits, int seconds, int windows, double least, int seed)
    {
        var use = fleet.Referee.Use(limits.Windows.Single(w => w.Seconds == seconds), windows);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"seed {seed}: {fleet.Referee.Admitted.Count} calls, {fleet.Referee.Violations} too many, use {use:P1}, {fleet.Tables.Writes} writes, {fleet.Tables.Reads} reads"));
        Assert.True(fleet.Referee.Violations == 0, $"seed {seed}: {fleet.Referee.Violations} calls too many");
        Assert.True(use >= least, $"seed {seed}: use {use:P1}");
    }

    private static CallLimits Parse(string limits)
    {
        var parts = limits.Split('/').Select(int.Parse).ToArray();
        return new() { PerSecond = parts[0], PerMinute = parts[1], PerHour = parts[2], PerDay = parts[3] };
    }
}
