using Microsoft.Extensions.Time.Testing;
using Sentiment.Domain.Live;

namespace Sentiment.Domain.Tests.Live;

public class LiveSignalsTests
{
    private static readonly LiveGroup Apple = new("acme", LiveKind.Items, "AAPL");

    [Fact]
    public void A_group_stands_in_line_once_however_often_it_changes()
    {
        var signals = new LiveSignals(new FakeTimeProvider());
        signals.Changed(Apple, Item(1));
        signals.Changed(Apple, Item(2));
        Assert.Equal([Apple], Drain(signals));
        Assert.True(signals.TryTake(Apple, out var change));
        Assert.Equal(["2", "1"], change.Items.Select(i => i.SourceId).OrderDescending());

        // While it is told it gathers on, and does not stand in line again.
        signals.Changed(Apple, Item(3));
        Assert.Empty(Drain(signals));
        Assert.True(signals.TryTake(Apple, out change));
        Assert.Equal("3", Assert.Single(change.Items).SourceId);
        Assert.False(signals.TryTake(Apple, out _));
        Assert.Equal(0, signals.Open);
        signals.Changed(Apple, Item(4));
        Assert.Equal([Apple], Drain(signals));
    }

    [Fact]
    public void Of_many_items_the_newest_are_kept()
    {
        var signals = new LiveSignals(new FakeTimeProvider());
        foreach (var number in Enumerable.Range(1, 200).OrderBy(n => n * 37 % 200))
        {
            signals.Changed(Apple, Item(number));
        }

        Assert.True(signals.TryTake(Apple, out var change));
        Assert.Equal(Enumerable.Range(151, 50), change.Items.Select(i => int.Parse(i.SourceId, System.Globalization.CultureInfo.InvariantCulture)).Order());
        Assert.False(change.IsWhole);
    }

    [Fact]
    public void Of_too_many_minutes_the_group_is_read_as_a_whole()
    {
        var signals = new LiveSignals(new FakeTimeProvider());
        for (var minute = 0; minute < LiveChange.MaxMinutes; minute++)
        {
            signals.Changed(Apple, minute);
            signals.Changed(Apple, 7);
        }

        Assert.True(signals.TryTake(Apple, out var change));
        Assert.False(change.IsWhole);
        change.Add(5000);
        Assert.True(change.IsWhole);
        Assert.Equal(LiveChange.MaxMinutes, change.Minutes.Count);
    }

    [Fact]
    public void Past_the_most_groups_further_ones_are_left_out_until_there_is_room()
    {
        var signals = new LiveSignals(new FakeTimeProvider());
        for (var number = 0; number < LiveSignals.MaxGroups; number++)
        {
            signals.RunsChanged($"t{number}");
        }

        signals.RunsChanged("late");
        signals.RunsChanged("t0");
        Assert.Equal(LiveSignals.MaxGroups, signals.Open);
        Assert.Equal(LiveSignals.MaxGroups, Drain(signals).Count);
        Assert.False(signals.TryTake(new("late", LiveKind.Runs), out _));
        Assert.True(signals.TryTake(new("t0", LiveKind.Runs), out _));
        Assert.False(signals.TryTake(new("t0", LiveKind.Runs), out _));
        signals.RunsChanged("late");
        Assert.True(signals.TryTake(new("late", LiveKind.Runs), out _));
    }

    [Fact]
    public void Past_the_most_runs_the_oldest_give_way()
    {
        var signals = new LiveSignals(new FakeTimeProvider());
        for (var number = 0; number <= LiveSignals.MaxRuns; number++)
        {
            signals.RunChanged($"r{number}");
        }

        var runs = new List<string>();
        while (signals.Runs.TryRead(out var run))
        {
            runs.Add(run);
        }

        Assert.Equal(("r1", $"r{LiveSignals.MaxRuns}", LiveSignals.MaxRuns), (runs[0], runs[^1], runs.Count));
    }

    private static ItemRef Item(int number)
    {
        var id = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new("wire/news", id, new(LiveHost.Now.AddSeconds(number), new string('0', 32)));
    }

    private static List<LiveGroup> Drain(LiveSignals signals)
    {
        var groups = new List<LiveGroup>();
        while (signals.Ready.TryRead(out var group))
        {
            groups.Add(group);
        }

        return groups;
    }
}
