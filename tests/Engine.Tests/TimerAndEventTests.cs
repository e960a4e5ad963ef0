using Sentiment.Domain.Workflows;
using Sentiment.Engine.Tests.Support;

namespace Sentiment.Engine.Tests;

public class TimerAndEventTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_timer_fires_at_its_time_even_over_a_crash(bool crash)
    {
        await using var host = await EngineHost.StartAsync();
        var start = host.Time.GetUtcNow();
        host.Define("w", async (c, _) =>
        {
            await c.CreateTimerAsync(c.UtcNow.AddDays(60));
            return $"{(c.UtcNow - start).TotalDays}";
        });
        await host.BeginAsync("w");
        await host.AdvanceAsync(TimeSpan.FromDays(30));
        if (crash) await host.CrashAsync();
        await host.AdvanceAsync(TimeSpan.FromDays(29));
        Assert.Equal(WorkflowStatus.Running, (await host.GetAsync("w")).Status);
        await host.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal("\"60\"", (await host.EndAsync("w")).Output);
    }

    [Fact]
    public async Task A_timer_whose_time_came_while_the_engine_was_down_fires_at_the_start()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, _) => { await c.CreateTimerAsync(c.UtcNow.AddHours(1)); return "done"; });
        await host.BeginAsync("w");
        await host.IdleAsync();
        await host.Engine.CrashAsync();
        host.Time.Advance(TimeSpan.FromHours(2));
        await host.OpenAsync();
        Assert.Equal("\"done\"", (await host.EndAsync("w")).Output);
    }

    [Fact]
    public async Task A_time_in_the_past_completes_at_once()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, _) => { await c.CreateTimerAsync(c.UtcNow); return "done"; });
        await host.BeginAsync("w");
        Assert.Equal("\"done\"", (await host.EndAsync("w")).Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whichever_comes_first_of_an_event_and_a_timer_cancels_the_other(bool eventFirst)
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, _) =>
        {
            using var cancel = new CancellationTokenSource();
            var timer = c.CreateTimerAsync(c.UtcNow.AddMinutes(1), cancel.Token);
            var raised = c.WaitForEventAsync<string>("go", cancel.Token);
            var first = await Task.WhenAny(timer, raised);
#pragma warning disable CA1849 // CancelAsync would leave the workflow's thread.
            cancel.Cancel();
#pragma warning restore CA1849
            return (first == timer ? "timer " : "event ") + await c.WaitForEventAsync<string>("go");
        });
        await host.BeginAsync("w");
        await host.IdleAsync();
        await host.CrashAsync();
        if (eventFirst) await host.Engine.RaiseEventAsync("w", "go", "1", CancellationToken.None);
        await host.AdvanceAsync(TimeSpan.FromMinutes(2));
        await host.CrashAsync();
        await host.Engine.RaiseEventAsync("w", "go", "2", CancellationToken.None);
        Assert.Equal(eventFirst ? "\"event 2\"" : "\"timer 2\"", (await host.EndAsync("w")).Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Early_events_are_kept_in_order_whatever_the_case_of_their_names(bool crash)
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, _) =>
        {
            await c.WaitForEventAsync<string>("start");
            return await c.WaitForEventAsync<string>("Next") + await c.WaitForEventAsync<string>("next") + await c.WaitForEventAsync<string>("NEXT");
        });
        await host.BeginAsync("w");
        await host.Engine.RaiseEventAsync("w", "next", "1", CancellationToken.None);
        await host.Engine.RaiseEventAsync("w", "NEXT", "2", CancellationToken.None);
        if (crash) await host.CrashAsync();
        await host.Engine.RaiseEventAsync("w", "START", null, CancellationToken.None);
        await host.Engine.RaiseEventAsync("w", "nexT", "3", CancellationToken.None);
        Assert.Equal("\"123\"", (await host.EndAsync("w")).Output);
    }

    [Fact]
    public async Task A_second_wait_for_a_name_is_refused()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, _) =>
        {
            var first = c.WaitForEventAsync<string>("go");
            var second = c.WaitForEventAsync<string>("GO");
            return await second + await first;
        });
        await host.BeginAsync("w");
        Assert.Equal("InvalidOperationException", (await host.EndAsync("w")).Failure!.ErrorType);
    }

    [Fact]
    public async Task Events_for_the_unknown_and_the_ended_are_refused()
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", (_, _) => Task.FromResult<string?>(null));
        await host.BeginAsync("w");
        await host.EndAsync("w");
        Assert.False(await host.Engine.RaiseEventAsync("w", "go", null, CancellationToken.None));
        Assert.False(await host.Engine.RaiseEventAsync("nobody", "go", null, CancellationToken.None));
    }
}
