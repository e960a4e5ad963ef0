using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Adapters.Caching;
using Sentiment.Adapters.Tests.AzureTables;
using Sentiment.Adapters.Tests.Sqlite;
using Sentiment.Domain.Diagnostics;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.Caching;

public sealed class ResponseCacheTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new(CachingProcess.Closed);
    private readonly SqliteFolder _folder = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_survives_a_restart_with_its_time_its_bytes_and_its_link(bool azure)
    {
        ITableStore tables = azure ? await FreshTable.OpenAsync() : _folder.Open();
        var body = new SourceBody(Encoding.UTF8.GetBytes("[" + string.Join(',', Enumerable.Repeat("\"ü\"", 5000)) + "]"), CachingProcess.Closed) { NextLink = "/next?page=2" };
        using (var first = CachingProcess.Start(_time, tables))
        {
            first.Answer = () => body;
            await first.GetAsync();
        }

        _time.Advance(TimeSpan.FromHours(11));
        using var second = CachingProcess.Start(_time, azure ? tables : _folder.Open());
        var kept = await second.GetAsync();
        Assert.Equal(0, second.Calls);
        Assert.Equal((body.FetchedAt, body.NextLink), (kept.FetchedAt, kept.NextLink));
        Assert.Equal(body.Bytes.ToArray(), kept.Bytes.ToArray());
    }

    [Fact]
    public async Task An_answer_is_good_until_its_time_is_over_and_not_a_tick_longer()
    {
        using var process = CachingProcess.Start(_time, _folder.Open());
        await process.GetAsync();
        _time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromTicks(1));
        await process.GetAsync();
        Assert.Equal(1, process.Calls);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(_time.GetUtcNow(), (await process.GetAsync()).FetchedAt);
        Assert.Equal(2, process.Calls);
    }

    [Fact]
    public async Task What_another_process_asked_since_takes_the_place_of_what_is_out_of_date_in_memory()
    {
        var tables = _folder.Open();
        using var one = CachingProcess.Start(_time, tables);
        using var other = CachingProcess.Start(_time, tables);
        await one.GetAsync();
        _time.Advance(TimeSpan.FromHours(12));
        await other.GetAsync();
        Assert.Equal(_time.GetUtcNow(), (await one.GetAsync()).FetchedAt);
        Assert.Equal((1, 1), (one.Calls, other.Calls));
    }

    [Fact]
    public async Task An_answer_older_than_the_page_before_it_is_none()
    {
        using var process = CachingProcess.Start(_time, _folder.Open());
        await process.GetAsync();
        await process.GetAsync(notBefore: CachingProcess.Closed);
        Assert.Equal(1, process.Calls);
        _time.Advance(TimeSpan.FromHours(1));
        await process.GetAsync(notBefore: CachingProcess.Closed.AddTicks(1));
        Assert.Equal(2, process.Calls);
    }

    [Fact]
    public async Task What_is_out_of_date_is_given_only_to_whoever_wants_nothing_else_and_only_for_a_day()
    {
        using var process = CachingProcess.Start(_time, _folder.Open());
        await Assert.ThrowsAsync<SourceException>(() => process.GetAsync(onlyKept: true));
        await process.GetAsync(followsMarket: false);
        _time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromTicks(1));
        Assert.Equal(CachingProcess.Closed, (await process.GetAsync(onlyKept: true)).FetchedAt);
        var tooOld = await Assert.ThrowsAsync<SourceException>(() => process.GetAsync(onlyKept: true, notBefore: CachingProcess.Closed.AddTicks(1)));
        Assert.True(tooOld.IsTransient);
        _time.Advance(TimeSpan.FromTicks(1));
        await Assert.ThrowsAsync<SourceException>(() => process.GetAsync(onlyKept: true));
        Assert.Equal(1, process.Calls);
    }

    [Fact]
    public async Task None_that_is_out_of_date_is_given_where_that_is_switched_off()
    {
        using var process = CachingProcess.Start(_time, _folder.Open(), new() { StaleHours = 0 });
        await process.GetAsync();
        await Assert.ThrowsAsync<SourceException>(() => process.GetAsync(onlyKept: true));
    }

    [Fact]
    public async Task A_failure_is_not_kept_and_comes_as_it_is()
    {
        using var process = CachingProcess.Start(_time, _folder.Open());
        var answer = process.Answer;
        var failure = new SourceWaitException("wait", _time.GetUtcNow().AddMinutes(5));
        process.Answer = () => throw failure;
        Assert.Same(failure, await Assert.ThrowsAsync<SourceWaitException>(() => process.GetAsync()));
        process.Answer = answer;
        await process.GetAsync();
        Assert.Equal(2, process.Calls);
    }

    [Fact]
    public async Task A_second_level_that_fails_is_done_without()
    {
        using var process = new CachingProcess(_time, new BrokenCache());
        await process.GetAsync();
        await process.GetAsync();
        Assert.Equal(1, process.Calls);
    }

    [Fact]
    public async Task What_no_later_run_asks_for_spares_the_second_level()
    {
        using var process = new CachingProcess(_time, new BrokenCache { Fails = () => Assert.Fail("The second level was used.") });
        await process.GetAsync(isOfOneRun: true);
        await process.GetAsync(isOfOneRun: true);
        Assert.Equal(1, process.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Memory_is_bounded_in_bytes_wherever_the_answers_come_from(bool fromSecond)
    {
        // Each takes 100 KB whatever is done to it, and a MiB has room for ten.
        const int Answers = 30;
        var noise = Enumerable.Range(0, Answers).Select(n => Noise(n, 100_000)).ToList();
        var tables = _folder.Open();
        using (var earlier = CachingProcess.Start(_time, tables))
        {
            await AllAsync(earlier, noise);
        }

        var second = new BrokenCache { Inner = fromSecond ? new TableCache(tables, TimeSpan.FromHours(24), _time) : null };
        using var process = new CachingProcess(_time, second, new() { MemoryMegabytes = 1 });
        await AllAsync(process, noise);
        Assert.Equal(fromSecond ? 0 : Answers, process.Calls);
        second.Inner = null;
        var before = process.Calls;
        await AllAsync(process, noise);
        Assert.InRange(process.Calls - before, Answers - 10, Answers);
    }

    [Fact]
    public async Task An_answer_that_is_too_long_is_given_and_not_kept()
    {
        using var process = CachingProcess.Start(_time, _folder.Open());
        process.Answer = () => new(Noise(1, ResponseCache.MaxBodyBytes + 1), _time.GetUtcNow());
        Assert.Equal(ResponseCache.MaxBodyBytes + 1, (await process.GetAsync()).Bytes.Length);
        await process.GetAsync();
        Assert.Equal(2, process.Calls);
    }

    [Fact]
    public async Task The_longest_answer_that_is_kept_fits_the_second_level()
    {
        var tables = _folder.Open();
        var body = Noise(1, ResponseCache.MaxBodyBytes);
        using (var first = CachingProcess.Start(_time, tables))
        {
            first.Answer = () => new(body, _time.GetUtcNow());
            await first.GetAsync();
        }

        using var second = CachingProcess.Start(_time, tables);
        Assert.Equal(body, (await second.GetAsync()).Bytes.ToArray());
        Assert.Equal(0, second.Calls);
    }

    [Fact]
    public async Task Where_each_answer_came_from_is_counted()
    {
        var tables = _folder.Open();
        using (var earlier = CachingProcess.Start(_time, tables))
        {
            await earlier.GetAsync();
        }

        using var process = CachingProcess.Start(_time, tables);
        var outcomes = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument == SentimentMeter.VendorCache)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (tags[0].Value as string == process.Vendor)
            {
                outcomes.Add((string)tags[1].Value!);
            }
        });
        listener.Start();
        await process.GetAsync();
        await process.GetAsync();
        _time.Advance(TimeSpan.FromHours(12));
        await process.GetAsync(onlyKept: true);
        await process.GetAsync();
        Assert.Equal(["second", "memory", "stale", "miss"], outcomes);
    }

    private async Task AllAsync(CachingProcess process, List<byte[]> answers)
    {
        for (var i = 0; i < answers.Count; i++)
        {
            var answer = answers[i];
            process.Answer = () => new(answer, _time.GetUtcNow());
            Assert.Equal(answer, (await process.GetAsync($"key-{i}")).Bytes.ToArray());
        }
    }

    private static byte[] Noise(int seed, int length)
    {
        var noise = new byte[length];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    /// <summary>A second level that always fails, but for what it hands on.</summary>
    private sealed class BrokenCache : IDistributedCache
    {
        public TableCache? Inner { get; set; }

        public Action Fails { get; init; } = () => throw new IOException("The second level is down.");

        public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Inner is null ? Broken<byte[]?>() : Inner.GetAsync(key, token);

        public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
            Inner is null ? Broken<bool>() : Inner.SetAsync(key, value, options, token);

        public Task RefreshAsync(string key, CancellationToken token = default) => Broken<bool>();

        public Task RemoveAsync(string key, CancellationToken token = default) => Broken<bool>();

        public byte[]? Get(string key) => throw new NotSupportedException();

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

        public void Refresh(string key) => throw new NotSupportedException();

        public void Remove(string key) => throw new NotSupportedException();

        private async Task<T> Broken<T>()
        {
            await Task.Yield();
            Fails();
            return default!;
        }
    }
}
