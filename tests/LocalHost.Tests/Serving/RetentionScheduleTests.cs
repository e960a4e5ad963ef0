using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Retention;
using Sentiment.LocalHost.Serving;
using Sentiment.Testing;

namespace Sentiment.LocalHost.Tests.Serving;

/// <summary>When the one-machine host starts retentions.</summary>
public sealed class RetentionScheduleTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 10, 12, 0, 0, TimeSpan.Zero);
    private readonly ToldTime _time = new(Noon);
    private readonly StartedRetentions _started = new();
    private RetentionSchedule? _schedule;

    private async Task StartAsync(string cron = "0 30 3 * * *")
    {
        var options = Options.Create(new RetentionOptions { Cron = cron });
        _schedule = new(new RetentionStarter(_started, options, _time), options, _time, NullLogger<RetentionSchedule>.Instance);
        await _schedule.StartAsync(default);
    }

    public void Dispose() => _schedule?.Dispose();

    private string[] Ids => [.. _started.All.Select(s => s.Id)];

    [Fact]
    public async Task One_that_was_missed_is_made_up_for_at_once_and_only_the_last()
    {
        await StartAsync();
        await _time.NextWaitAsync();
        Assert.Equal([("retention-20300110", Noon)], _started.All);
    }

    [Fact]
    public async Task Each_day_has_its_own_at_its_time_and_not_before()
    {
        await StartAsync();
        await _time.PassAsync(new TimeSpan(15, 29, 59));
        Assert.Equal(["retention-20300110"], Ids);

        _time.Advance(TimeSpan.FromSeconds(1));
        await _time.PassAsync(TimeSpan.FromDays(2));
        var atHalfPastThree = Noon.Date.AddHours(3.5);
        Assert.Equal(
            [("retention-20300110", Noon), ("retention-20300111", new(atHalfPastThree.AddDays(1), TimeSpan.Zero)),
             ("retention-20300112", new(atHalfPastThree.AddDays(2), TimeSpan.Zero)), ("retention-20300113", new(atHalfPastThree.AddDays(3), TimeSpan.Zero))],
            _started.All);
    }

    [Fact]
    public async Task No_wait_is_longer_than_an_hour_so_that_a_clock_that_is_set_is_noticed()
    {
        await StartAsync();
        Assert.Equal(TimeSpan.FromHours(1), await _time.NextWaitAsync());
    }

    [Fact]
    public async Task Days_that_pass_while_the_machine_sleeps_are_made_up_for_once()
    {
        await StartAsync();
        await _time.NextWaitAsync();
        _time.Advance(TimeSpan.FromDays(5));
        await _time.NextWaitAsync();
        Assert.Equal([("retention-20300110", Noon), ("retention-20300115", Noon.AddDays(5))], _started.All);
    }

    [Fact]
    public async Task One_that_cannot_be_started_is_left_to_the_next_day()
    {
        _started.Before = id => _ = id == "retention-20300110" ? throw new IOException("the disk is full") : true;
        await StartAsync();
        await _time.PassAsync(TimeSpan.FromDays(1));
        Assert.Equal(["retention-20300110", "retention-20300111"], Ids);
        Assert.False(_schedule!.ExecuteTask!.IsCompleted);
    }

    [Fact]
    public async Task A_monthly_one_is_made_up_for_as_well()
    {
        await StartAsync("0 0 4 1 * *");
        await _time.NextWaitAsync();
        Assert.Equal([("retention-20300101", Noon)], _started.All);
    }

    [Fact]
    public async Task A_time_that_never_comes_starts_nothing_and_ends()
    {
        await StartAsync("0 0 4 30 2 *");
        await _schedule!.ExecuteTask!;
        Assert.Empty(_started.All);
    }

    [Fact]
    public async Task What_is_no_time_is_named_by_its_key()
    {
        await StartAsync("half past three");
        var failure = await Assert.ThrowsAsync<CommandFailure>(() => _schedule!.ExecuteTask!);
        Assert.Contains("Retention:Cron: 'half past three'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_ends_the_wait()
    {
        await StartAsync();
        await _time.NextWaitAsync();
        await _schedule!.StopAsync(default);
        Assert.True(_schedule.ExecuteTask!.IsCompleted);
    }
}
