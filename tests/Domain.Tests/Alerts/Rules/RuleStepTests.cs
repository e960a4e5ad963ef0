using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Tests.Alerts.Rules;

public class RuleStepTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 10, 12, 0, 0, TimeSpan.Zero);
    private static readonly long Minute = Bucket.MinuteOf(Noon);

    private static AlertRule Rule(AlertCondition when, int cooldown = 0) => RuleHost.Rule(when, cooldown) with { Version = 1 };

    private static RuleStep? Step(AlertCondition when, MinuteSeries series, SymbolState? known = null, int later = 0, int cooldown = 0) =>
        RuleStep.Of(Rule(when, cooldown), known, new MeasuredItems(when, series), Noon.AddMinutes(later));

    private static MinuteSeries Series(params (int Ago, int Count, double Score)[] minutes)
    {
        var series = new MinuteSeries();
        foreach (var (ago, count, score) in minutes)
        {
            series.Add(Minute - ago, count, (long)Math.Round(count * score * 1_000_000));
        }

        return series;
    }

    [Theory]
    [InlineData(AlertKind.Score, 0.5, null, 0.5, true)]
    [InlineData(AlertKind.Score, 0.5, null, 0.499999, false)]
    [InlineData(AlertKind.Score, null, -0.3, -0.3, true)]
    [InlineData(AlertKind.Score, null, -0.3, -0.299999, false)]
    public void A_mean_meets_its_threshold_when_it_is_there(AlertKind kind, double? above, double? below, double score, bool isMet) =>
        Assert.Equal(isMet, Step(new(kind, 10, above, below), Series((0, 2, score)))?.Raises == true);

    [Fact]
    public void A_window_has_the_current_minute_and_those_before_it()
    {
        var when = new AlertCondition(AlertKind.Volume, 10, Above: 2);
        Assert.NotNull(Step(when, Series((9, 1, 0), (0, 1, 0))));
        Assert.Null(Step(when, Series((10, 1, 0), (0, 1, 0))));
        Assert.Null(Step(when, Series((-1, 1, 0), (0, 1, 0))));
    }

    [Fact]
    public void Too_few_items_say_nothing_and_end_what_was_met()
    {
        var when = new AlertCondition(AlertKind.Score, 10, Below: -0.5, LeastItems: 3);
        Assert.Null(Step(when, Series((0, 2, -1))));
        var begun = Step(when, Series((0, 3, -1)))!;
        Assert.False(Step(when, Series((0, 3, -1)), begun.State, later: 10)!.State.IsFiring);
    }

    [Fact]
    public void A_change_is_between_a_window_and_the_one_before_it_either_way()
    {
        var when = new AlertCondition(AlertKind.Change, 10, Above: 0.5, Below: 0.5);
        Assert.Equal(0.8, Step(when, Series((19, 2, -0.4), (9, 2, 0.4)))!.Value, 6);
        Assert.Equal(-0.8, Step(when, Series((10, 2, 0.4), (0, 2, -0.4)))!.Value, 6);
        Assert.Null(Step(when, Series((20, 2, 0.4), (0, 2, -0.4))));
        Assert.Null(Step(when with { LeastItems = 3 }, Series((10, 2, 0.4), (0, 3, -0.4))));
        Assert.Null(Step(when, Series((10, 2, 0.2), (0, 2, -0.2))));
    }

    [Fact]
    public void A_spike_stands_out_from_the_hours_before_it_in_number_or_in_mean()
    {
        var when = new AlertCondition(AlertKind.Spike, Above: 3, Below: 3);
        var calm = Enumerable.Range(1, 12).Select(h => (Ago: h * 60, Count: 4 + (h % 2), Score: 0.1 + (h % 2 * 0.02))).OrderByDescending(h => h.Ago).ToArray();
        Assert.Null(Step(when, Series([.. calm, (0, 5, 0.1)])));
        var busy = Step(when, Series([.. calm, (0, 30, 0.1)]))!;
        Assert.True(busy.State.IsAbove);
        Assert.Equal(30, busy.Count);
        var bad = Step(when, Series([.. calm, (0, 4, -0.9)]))!;
        Assert.False(bad.State.IsAbove);
        Assert.True(bad.Value < -3);

        // With less than eight hours before it nothing stands out.
        Assert.Null(Step(when, Series([.. calm.Skip(5), (0, 30, 0.1)])));
    }

    [Fact]
    public void It_ends_when_the_value_has_come_back_by_the_hysteresis_and_not_before()
    {
        var when = new AlertCondition(AlertKind.Score, 1, Above: 0.5, Hysteresis: 0.2);
        var state = Step(when, Series((0, 1, 0.5)))!.State;
        Assert.Null(Step(when, Series((0, 1, 0.5), (-1, 1, 0.3)), state, later: 1));
        Assert.False(Step(when, Series((0, 1, 0.5), (-1, 1, 0.299)), state, later: 1)!.State.IsFiring);
    }

    [Fact]
    public void What_ended_and_begins_again_between_two_looks_is_another_episode()
    {
        var when = new AlertCondition(AlertKind.Volume, 2, Above: 1);
        var first = Step(when, Series((0, 1, 0)))!;
        var second = Step(when, Series((0, 1, 0), (-5, 1, 0)), first.State, later: 5)!;
        Assert.True(second.Raises);
        Assert.True(second.State.Episode > first.State.Episode);
        Assert.Null(Step(when, Series((0, 1, 0), (-1, 1, 0), (-2, 1, 0)), first.State, later: 2));
    }

    [Fact]
    public void From_one_threshold_straight_to_the_other_is_another_episode()
    {
        var when = new AlertCondition(AlertKind.Score, 1, Above: 0.5, Below: -0.5);
        var up = Step(when, Series((0, 1, 0.9)))!;
        var down = Step(when, Series((0, 1, 0.9), (-1, 1, -0.9)), up.State, later: 1)!;
        Assert.Equal((true, false, true), (up.State.IsAbove, down.State.IsAbove, down.Raises));
    }

    [Fact]
    public void The_cool_down_counts_from_the_last_alert_and_is_over_to_the_second()
    {
        var when = new AlertCondition(AlertKind.Volume, 1, Above: 1);
        var raised = Step(when, Series((0, 1, 0)), cooldown: 10)!.State;
        var silent = Step(when, Series((0, 1, 0), (-9, 1, 0)), raised, later: 9, cooldown: 10)!;
        Assert.Equal((false, true, raised.LastRaisedAt), (silent.Raises, silent.State.IsFiring, silent.State.LastRaisedAt));
        Assert.True(Step(when, Series((0, 1, 0), (-10, 1, 0)), raised, later: 10, cooldown: 10)!.Raises);
    }

    [Fact]
    public void Another_version_starts_afresh_with_an_episode_that_is_greater()
    {
        var when = new AlertCondition(AlertKind.Volume, 10, Above: 1);
        var first = Step(when, Series((0, 1, 0)), cooldown: 60)!;
        var rule = Rule(when, 60) with { Version = 2 };
        var second = RuleStep.Of(rule, first.State, new MeasuredItems(when, Series((0, 1, 0))), Noon)!;
        Assert.Equal((true, 2, first.State.Episode + 1), (second.Raises, second.State.Version, second.State.Episode));

        // One that was deleted and made again has the same version, but is another.
        var again = RuleStep.Of(Rule(when, 60) with { ChangedAt = Noon }, first.State, new MeasuredItems(when, Series((0, 1, 0))), Noon)!;
        Assert.True(again.Raises);
    }

    [Fact]
    public void Sums_of_minutes_are_those_of_their_items_in_whatever_order_they_came()
    {
        var (series, items, random) = (new MinuteSeries(), new List<(long Minute, long Score)>(), new Random(7));
        for (var i = 0; i < 500; i++)
        {
            var item = (Minute: (long)random.Next(200), Score: (long)random.Next(-1_000_000, 1_000_000));
            items.Add(item);
            series.Add(item.Minute, 1, item.Score);
            var (first, end) = (random.Next(-5, 205), random.Next(-5, 205));
            var inside = items.Where(x => x.Minute >= first && x.Minute < Math.Max(first, end)).ToList();
            Assert.Equal(new MinuteTally(inside.Count, inside.Sum(x => x.Score)), series.Between(first, Math.Max(first, end)));
        }

        var before = series.Between(150, 200);
        series.Forget(150);
        Assert.Equal(before, series.Between(150, 200));
        Assert.Equal(before, series.Between(0, 200));
        Assert.Equal(199, series.LastUpTo(1000));
    }
}
