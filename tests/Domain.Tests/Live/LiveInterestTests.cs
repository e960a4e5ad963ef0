using Microsoft.Extensions.Time.Testing;
using Sentiment.Domain.Live;
using Sentiment.Testing;

namespace Sentiment.Domain.Tests.Live;

public class LiveInterestTests
{
    private readonly FakeTimeProvider _time = new(LiveHost.Now);
    private readonly MemoryTables _tables = new();

    [Fact]
    public async Task A_tenant_counts_as_watched_for_a_while_in_every_process()
    {
        var (here, there) = (new LiveInterest(_tables, _time), new LiveInterest(_tables, _time));
        Assert.False(await there.IsWatchedAsync("acme", default));
        await here.NoteAsync("acme", default);
        Assert.True(await here.IsWatchedAsync("acme", default));
        Assert.False(await there.IsWatchedAsync("acme", default));
        _time.Advance(LiveInterest.BelieveFor);
        Assert.True(await there.IsWatchedAsync("acme", default));
        _time.Advance(LiveInterest.Life - LiveInterest.BelieveFor - TimeSpan.FromSeconds(1));
        Assert.True(await there.IsWatchedAsync("acme", default));
        _time.Advance(LiveInterest.BelieveFor);
        Assert.False(await there.IsWatchedAsync("acme", default));
        Assert.False(await there.IsWatchedAsync("bolt", default));
    }

    [Fact]
    public async Task It_costs_a_write_in_minutes_and_a_read_in_half_a_minute_however_often_it_is_asked()
    {
        var interest = new LiveInterest(_tables, _time);
        for (var second = 0; second < 180; second++)
        {
            await interest.NoteAsync("acme", default);
            await interest.IsWatchedAsync("acme", default);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal((1, 6), (_tables.Writes, _tables.Reads));
        await interest.NoteAsync("acme", default);
        Assert.Equal(2, _tables.Writes);
    }
}
