using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Domain.Caching;

namespace Sentiment.Domain.Tests.Caching;

public sealed class DocumentCacheTests : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider _time = new();
    private readonly DocumentCache _cache;
    private int _made;

    public DocumentCacheTests() => _cache = new(new ReadOptions { MemoryMiB = 1 }, Life, null, null, _time, null);

    public void Dispose() => _cache.Dispose();

    private static DocumentKey Key(string tenant, string name, params string[] symbols) => new(tenant, symbols, name, Life);

    private Task<ReadOnlyMemory<byte>> Make(CancellationToken cancellationToken) =>
        Task.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes($"{{\"made\":{Interlocked.Increment(ref _made)}}}"));

    private async Task<string> ReadAsync(DocumentKey key) => Encoding.UTF8.GetString((await _cache.GetAsync(key, Make, default)).Plain().Span);

    /// <summary>Whether a document is still there as it was.</summary>
    private async Task<bool> IsKeptAsync(DocumentKey key, string was) => await ReadAsync(key) == was;

    [Fact]
    public async Task A_document_is_made_once_however_many_ask_at_once()
    {
        var gate = new TaskCompletionSource();
        var waits = Enumerable.Range(0, 50).Select(_ => _cache.GetAsync(Key("acme", "a"), async token =>
        {
            await gate.Task.WaitAsync(token);
            return await Make(token);
        }, default).AsTask()).ToList();
        gate.SetResult();
        var tags = (await Task.WhenAll(waits)).Select(d => d.ETag).Distinct();
        Assert.Single(tags);
        Assert.Equal(1, _made);
    }

    [Fact]
    public async Task A_document_is_made_again_once_its_life_is_over_and_not_before()
    {
        var first = await ReadAsync(Key("acme", "a"));
        _time.Advance(Life - TimeSpan.FromTicks(1));
        Assert.True(await IsKeptAsync(Key("acme", "a"), first));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.False(await IsKeptAsync(Key("acme", "a"), first));
    }

    [Fact]
    public async Task A_page_of_a_symbol_ends_the_documents_about_it_and_those_over_all_symbols_and_no_other()
    {
        DocumentKey[] gone = [Key("acme", "aapl", "AAPL"), Key("acme", "both", "MSFT", "AAPL"), Key("acme", "all"), Key("acme", "many", [.. Enumerable.Range(0, 21).Select(i => $"S{i}")])];
        DocumentKey[] kept = [Key("acme", "msft", "MSFT"), Key("bolt", "aapl", "AAPL"), Key("bolt", "all"), Key("acme", "metrics") with { OutlivesPages = true }];
        var was = new Dictionary<string, string>();
        foreach (var key in gone.Concat(kept))
        {
            was[key.Id] = await ReadAsync(key);
        }

        await _cache.ForgetAsync("acme", ["AAPL"], default);
        Assert.All(await Task.WhenAll(kept.Select(k => IsKeptAsync(k, was[k.Id]))), Assert.True);
        Assert.All(await Task.WhenAll(gone.Select(k => IsKeptAsync(k, was[k.Id]))), Assert.False);
    }

    [Fact]
    public async Task A_page_of_unknown_symbols_ends_all_of_its_tenants_documents_but_those_that_outlive_pages()
    {
        DocumentKey[] gone = [Key("acme", "aapl", "AAPL"), Key("acme", "all")];
        DocumentKey[] kept = [Key("bolt", "all"), Key("acme-2", "all"), Key("acme", "metrics") with { OutlivesPages = true }];
        var was = new Dictionary<string, string>();
        foreach (var key in gone.Concat(kept))
        {
            was[key.Id] = await ReadAsync(key);
        }

        await _cache.ForgetAsync("acme", [], default);
        Assert.All(await Task.WhenAll(kept.Select(k => IsKeptAsync(k, was[k.Id]))), Assert.True);
        Assert.All(await Task.WhenAll(gone.Select(k => IsKeptAsync(k, was[k.Id]))), Assert.False);
    }

    [Fact]
    public async Task What_was_being_made_when_it_was_forgotten_serves_who_asked_before_and_is_not_kept()
    {
        var (begun, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        var key = Key("acme", "aapl", "AAPL");
        var before = _cache.GetAsync(key, async token =>
        {
            var old = await Make(token);
            begun.SetResult();
            await gate.Task.WaitAsync(token);
            return old;
        }, default).AsTask();
        await begun.Task;
        await _cache.ForgetAsync("acme", ["AAPL"], default);

        // Asked after the page, it does not wait for what was begun before.
        Assert.Equal("{\"made\":2}", await ReadAsync(key));
        gate.SetResult();
        Assert.Equal("{\"made\":1}", Encoding.UTF8.GetString((await before).Plain().Span));
        Assert.Equal("{\"made\":2}", await ReadAsync(key));
    }

    [Fact]
    public async Task What_was_being_made_when_it_was_forgotten_is_made_again_for_who_asks_later()
    {
        var (begun, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        var before = _cache.GetAsync(Key("acme", "all"), async token =>
        {
            begun.SetResult();
            await gate.Task.WaitAsync(token);
            return await Make(token);
        }, default).AsTask();
        await begun.Task;
        await _cache.ForgetAsync("acme", ["AAPL"], default);
        gate.SetResult();
        await before;
        Assert.Equal("{\"made\":2}", await ReadAsync(Key("acme", "all")));
    }

    [Fact]
    public async Task Memory_stays_within_its_bound_whatever_is_asked_for()
    {
        for (var i = 0; i < 40; i++)
        {
            await _cache.GetAsync(Key("acme", $"noise {i}", $"SYM{i}"), _ => Task.FromResult<ReadOnlyMemory<byte>>(RandomNumberGenerator.GetBytes(100_000)), default);
            Assert.InRange(_cache.MemoryBytes, 0, 1024 * 1024);
        }

        Assert.InRange(_cache.MemoryBytes, 100_000, 1024 * 1024);
    }

    [Fact]
    public async Task A_document_that_is_too_long_to_keep_is_given_all_the_same()
    {
        var noise = RandomNumberGenerator.GetBytes(DocumentCache.MaxBodyBytes + 1);
        Assert.Equal(noise, (await _cache.GetAsync(Key("acme", "long"), _ => Task.FromResult<ReadOnlyMemory<byte>>(noise), default)).Plain().ToArray());
        Assert.Equal(0, _cache.MemoryBytes);
    }

    [Fact]
    public async Task A_failure_is_told_to_everybody_who_waits_and_not_kept()
    {
        var gate = new TaskCompletionSource();
        var waits = Enumerable.Range(0, 3).Select(_ => _cache.GetAsync(Key("acme", "a"), async token =>
        {
            await gate.Task.WaitAsync(token);
            throw new ArgumentException("no cursor");
        }, default).AsTask()).ToList();
        gate.SetResult();
        foreach (var wait in waits)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => wait);
        }

        Assert.Equal("{\"made\":1}", await ReadAsync(Key("acme", "a")));
    }
}
