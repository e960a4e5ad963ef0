using Microsoft.Extensions.Time.Testing;
using Sentiment.Domain.Caching;

namespace Sentiment.Domain.Tests.Caching;

public class ShortLivedCacheTests
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private readonly FakeTimeProvider _time = new();
    private int _lookUps;

    private Task<int> Count(CancellationToken cancellationToken) => Task.FromResult(Interlocked.Increment(ref _lookUps));

    [Fact]
    public async Task A_value_is_looked_up_again_once_its_life_is_over_and_not_before()
    {
        var cache = new ShortLivedCache<int>(Life, 10, _time);
        Assert.Equal(1, await cache.GetAsync("a", Count, default));
        _time.Advance(Life - TimeSpan.FromTicks(1));
        Assert.Equal(1, await cache.GetAsync("a", Count, default));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(2, await cache.GetAsync("a", Count, default));
    }

    [Fact]
    public async Task What_is_forgotten_is_looked_up_anew_even_while_a_look_up_is_under_way()
    {
        var cache = new ShortLivedCache<int>(Life, 10, _time);
        var gate = new TaskCompletionSource<int>();
        var before = cache.GetAsync("a", token => gate.Task.WaitAsync(token), default).AsTask();
        cache.Forget("a");
        Assert.Equal(1, await cache.GetAsync("a", Count, default));
        gate.SetResult(7);
        Assert.Equal(7, await before);
        Assert.Equal(1, await cache.GetAsync("a", Count, default));
        cache.Forget("a");
        Assert.Equal(2, await cache.GetAsync("a", Count, default));
    }

    [Fact]
    public async Task Many_who_ask_at_once_share_one_look_up()
    {
        var cache = new ShortLivedCache<int>(Life, 10, _time);
        var gate = new TaskCompletionSource<int>();
        var waits = Enumerable.Range(0, 50).Select(_ => cache.GetAsync("a", async token => await gate.Task.WaitAsync(token) + await Count(token), default).AsTask()).ToList();
        gate.SetResult(10);
        Assert.All(await Task.WhenAll(waits), value => Assert.Equal(11, value));
    }

    [Fact]
    public async Task One_who_gives_up_does_not_end_the_look_up_of_the_others()
    {
        var cache = new ShortLivedCache<int>(Life, 10, _time);
        var gate = new TaskCompletionSource<int>();
        using var impatient = new CancellationTokenSource();
        var first = cache.GetAsync("a", token => gate.Task.WaitAsync(token), impatient.Token).AsTask();
        var second = cache.GetAsync("a", Count, default).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult(7);
        Assert.Equal(7, await second);
    }

    [Fact]
    public async Task A_failure_is_remembered_for_seconds_only()
    {
        var cache = new ShortLivedCache<int>(Life, 10, _time);
        Task<int> Fail(CancellationToken token) => throw new InvalidOperationException($"failure {Interlocked.Increment(ref _lookUps)}");
        Assert.Equal("failure 1", (await Assert.ThrowsAsync<InvalidOperationException>(() => cache.GetAsync("a", Fail, default).AsTask())).Message);
        Assert.Equal("failure 1", (await Assert.ThrowsAsync<InvalidOperationException>(() => cache.GetAsync("a", Fail, default).AsTask())).Message);
        _time.Advance(ShortLivedCache<int>.FailureLife);
        Assert.Equal(2, await cache.GetAsync("a", Count, default));
    }

    [Fact]
    public async Task A_look_up_that_hangs_ends_with_a_time_out()
    {
        var cache = new ShortLivedCache<int>(Life, 10, _time);
        var hanging = new TaskCompletionSource();
        var wait = cache.GetAsync("a", async token =>
        {
            hanging.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            return 1;
        }, default).AsTask();
        await hanging.Task;
        _time.Advance(ShortLivedCache<int>.LookUpTimeout);
        await Assert.ThrowsAsync<TimeoutException>(() => wait);
    }

    [Fact]
    public async Task No_more_keys_are_remembered_than_there_is_room_for()
    {
        var cache = new ShortLivedCache<int>(Life, 2, _time);
        foreach (var key in (string[])["a", "b", "c"])
        {
            await cache.GetAsync(key, Count, default);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, await cache.GetAsync("c", Count, default));
        Assert.Equal(2, await cache.GetAsync("b", Count, default));
        Assert.Equal(4, await cache.GetAsync("a", Count, default));
    }
}
