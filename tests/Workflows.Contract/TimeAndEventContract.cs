using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Sentiment.Workflows.Contract;

public abstract class TimeAndEventContract : WorkflowContract
{
    [Fact]
    public async Task A_timer_fires_at_its_time_and_not_before()
    {
        Define("w", async (c, _) =>
        {
            var begun = c.UtcNow;
            await c.CreateTimerAsync(begun + 3 * Engine.Unit);
            return (c.UtcNow - begun).TotalSeconds.ToString(CultureInfo.InvariantCulture);
        });
        await BeginAsync("w");
        var seconds = double.Parse((await EndAsync("w")).Output!.Trim('"'), CultureInfo.InvariantCulture);
        Assert.InRange(TimeSpan.FromSeconds(seconds), 3 * Engine.Unit - TimeSpan.FromMilliseconds(20), 3 * Engine.Unit + Engine.Lateness);
    }

    [Fact]
    public async Task A_time_that_has_come_completes_at_once()
    {
        Define("w", async (c, _) =>
        {
            var begun = c.UtcNow;
            await c.CreateTimerAsync(begun);
            await c.CreateTimerAsync(begun - Engine.Unit);
            return $"{c.UtcNow == begun}";
        });
        await BeginAsync("w");
        await AssertOutputAsync("True", "w");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whichever_comes_first_of_an_event_and_a_timer_cancels_the_other(bool eventFirst)
    {
        Define("w", async (c, _) =>
        {
            using var cancel = new CancellationTokenSource();
            var timer = c.CreateTimerAsync(c.UtcNow + (eventFirst ? TimeSpan.FromHours(1) : Engine.Unit), cancel.Token);
            var raised = c.WaitForEventAsync<string>("go", cancel.Token);
            c.SetCustomStatus("waiting");
            var first = await Task.WhenAny(timer, raised);
#pragma warning disable CA1849 // CancelAsync would leave the workflow's thread.
            cancel.Cancel();
#pragma warning restore CA1849
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first == timer ? raised : timer);
            c.SetCustomStatus("next");
            return (first == timer ? "timer " : "event ") + await c.WaitForEventAsync<string>("go");
        });
        await BeginAsync("w");
        await WaitingAsync("w");
        if (eventFirst) await Client.RaiseEventAsync("w", "go", "1", None);
        await Engine.UntilAsync("w", i => i.CustomStatus == "\"next\"");
        await Client.RaiseEventAsync("w", "go", "2", None);
        await AssertOutputAsync(eventFirst ? "event 2" : "timer 2", "w");
    }

    [Fact]
    public async Task An_event_that_comes_after_its_wait_was_given_up_goes_to_the_next_wait()
    {
        Define("w", async (c, _) =>
        {
            using var cancel = new CancellationTokenSource();
            var given = c.WaitForEventAsync<string>("go", cancel.Token);
#pragma warning disable CA1849 // CancelAsync would leave the workflow's thread.
            cancel.Cancel();
#pragma warning restore CA1849
            c.SetCustomStatus("waiting");
            await c.WaitForEventAsync<string>("on");
            return $"{given.IsCanceled} " + await c.WaitForEventAsync<string>("go") + await c.WaitForEventAsync<string>("go");
        });
        await BeginAsync("w");
        await WaitingAsync("w");
        foreach (var (name, payload) in new[] { ("go", "1"), ("go", "2"), ("on", "") }) Assert.True(await Client.RaiseEventAsync("w", name, payload, None));
        await AssertOutputAsync("True 12", "w");
    }

    [Fact]
    public async Task Early_events_are_kept_in_order_whatever_the_case_of_their_names()
    {
        Define("w", async (c, _) =>
        {
            c.SetCustomStatus("waiting");
            await c.WaitForEventAsync<string>("start");
            return await c.WaitForEventAsync<string>("Next") + await c.WaitForEventAsync<string>("next") + await c.WaitForEventAsync<string>("NEXT");
        });
        await BeginAsync("w");
        await WaitingAsync("w");
        foreach (var (name, payload) in new[] { ("next", "1"), ("NEXT", "2"), ("START", null), ("nexT", "3") })
        {
            Assert.True(await Client.RaiseEventAsync("w", name, payload, None));
        }

        await AssertOutputAsync("123", "w");
    }

    [Fact]
    public async Task An_event_that_comes_late_is_waited_for()
    {
        Define("w", async (c, _) =>
        {
            c.SetCustomStatus("waiting");
            return await c.WaitForEventAsync<string>("one") + await c.WaitForEventAsync<string>("two");
        });
        await BeginAsync("w");
        await WaitingAsync("w");
        await Client.RaiseEventAsync("w", "two", "2", None);
        await Client.RaiseEventAsync("w", "ONE", "1", None);
        await AssertOutputAsync("12", "w");
    }

    [Fact]
    public async Task A_second_wait_for_a_name_is_refused()
    {
        Define("w", async (c, _) =>
        {
            var first = c.WaitForEventAsync<string>("go");
            var second = c.WaitForEventAsync<string>("GO");
            return await second + await first;
        });
        await BeginAsync("w");
        Assert.Equal("InvalidOperationException", (await FailureAsync("w")).ErrorType);
    }

    [Fact]
    public async Task Guids_and_times_are_the_same_in_a_replay_and_log_lines_are_written_once()
    {
        Define("w", async (c, _) =>
        {
            var (first, second, begun) = (c.NewGuid(), c.NewGuid(), c.UtcNow);
            c.CreateReplaySafeLogger("contract").LogInformation("begun");
            var noted = await Do(c, $"{first} {second} {begun:O}");
            await c.CreateTimerAsync(c.UtcNow + Engine.Unit);
            c.CreateReplaySafeLogger("contract").LogInformation("ended");
            return $"{noted == $"{first} {second} {begun:O}"} {first.Version} {first != second} {c.UtcNow >= begun + Engine.Unit}";
        });
        await BeginAsync("w");
        await AssertOutputAsync("True 5 True True", "w");
        Assert.Equal(["begun", "ended"], Engine.Log);
    }
}
