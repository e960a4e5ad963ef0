using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Spans;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion.Spans;

/// <summary>What holds where several things are known of one time.</summary>
public class SpanLineTests
{
    private static DateTimeOffset At(int hour) => IngestionHost.Start.AddHours(hour);

    private static Stretch Of(int from, int to, SpanState state, string? reason = null, int? at = null, DateTimeOffset? until = null) =>
        new(At(from), At(to), state, reason, reason is null ? null : FailureKind.Transient, until, at is { } hour ? At(hour) : null);

    private static string Text(params Stretch[] laid)
    {
        var line = new SpanLine();
        foreach (var stretch in laid)
        {
            line.Lay(stretch);
        }

        return string.Join(' ', line.Stretches.Select(s => $"{(s.From - At(0)).TotalHours}-{(s.To - At(0)).TotalHours}:{s.State}{s.Reason}"));
    }

    [Fact]
    public void A_success_hides_a_failure_whichever_was_recorded_first()
    {
        var (failure, success) = (Of(0, 10, SpanState.Failed, "x", at: 20), Of(2, 5, SpanState.Covered));
        Assert.Equal("0-2:Failedx 2-5:Covered 5-10:Failedx", Text(failure, success));
        Assert.Equal("0-2:Failedx 2-5:Covered 5-10:Failedx", Text(success, failure));
    }

    [Fact]
    public void Of_two_failures_the_newer_one_holds_in_any_order()
    {
        var (old, young) = (Of(0, 4, SpanState.Failed, "old", at: 10), Of(2, 6, SpanState.RateLimited, "young", at: 11));
        Assert.Equal("0-2:Failedold 2-6:RateLimitedyoung", Text(old, young));
        Assert.Equal("0-2:Failedold 2-6:RateLimitedyoung", Text(young, old));
    }

    [Fact]
    public void A_chunk_under_way_hides_failures_and_no_success_and_what_is_missing_fills_the_rest()
    {
        Stretch[] laid = [Of(0, 10, SpanState.Pending), Of(2, 4, SpanState.Failed, "x", at: 9), Of(4, 5, SpanState.Empty), Of(6, 7, SpanState.RateLimited, "w", until: At(30)), Of(-1, 12, SpanState.Missing)];
        const string Expected = "-1-0:Missing 0-4:Pending 4-5:Empty 5-6:Pending 6-7:RateLimitedw 7-10:Pending 10-12:Missing";
        Assert.Equal(Expected, Text(laid));
        Assert.Equal(Expected, Text([.. laid.Reverse()]));
    }

    [Fact]
    public void What_touches_and_says_the_same_is_one_stretch()
    {
        Assert.Equal("0-6:Covered", Text(Of(0, 2, SpanState.Covered), Of(4, 6, SpanState.Covered), Of(2, 4, SpanState.Covered)));
        Assert.Equal("0-6:Covered", Text(Of(0, 2, SpanState.Empty), Of(4, 6, SpanState.Empty), Of(0, 6, SpanState.Covered)));
        Assert.Equal("", Text(Of(2, 2, SpanState.Covered), Of(3, 2, SpanState.Covered)));
    }

    [Fact]
    public void Whatever_is_laid_in_whatever_order_each_moment_holds_what_hides_the_rest()
    {
        var random = new Random(20300110);
        for (var round = 0; round < 200; round++)
        {
            // Failures of one moment each, so that there is one newest.
            var laid = Enumerable.Range(0, 12).Select(i =>
            {
                var from = random.Next(0, 30);
                return Of(from, from + random.Next(0, 10), (SpanState)random.Next(0, 6), null, at: i);
            }).Select(s => s.State is SpanState.Failed or SpanState.RateLimited ? s : s with { At = null }).ToList();
            var line = new SpanLine();
            foreach (var stretch in laid.OrderBy(_ => random.Next()))
            {
                line.Lay(stretch);
            }

            for (var hour = 0; hour < 40; hour++)
            {
                var expected = laid.Where(s => s.From <= At(hour) && At(hour) < s.To).Aggregate((Stretch?)null, (held, s) => held is null || s.Hides(held) ? s : held);
                var found = line.Stretches.Where(s => s.From <= At(hour) && At(hour) < s.To).ToList();
                Assert.Equal((expected?.State, expected?.At), (found.SingleOrDefault()?.State, found.SingleOrDefault()?.At));
            }
        }
    }
}
