using System.Text;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Caching;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Backplane;

namespace Sentiment.Domain.Tests.Caching;

/// <summary>Two processes that share a second level.</summary>
public sealed class SharedDocumentsTests : IDisposable
{
    private static readonly DocumentKey Key = new("acme", ["AAPL"], "aapl", TimeSpan.FromSeconds(30));
    private readonly MemoryDistributedCache _level = new(Options.Create(new MemoryDistributedCacheOptions()));
    private readonly Wire _wire = new();
    private readonly DocumentCache _here;
    private readonly DocumentCache _there;
    private int _made;

    public SharedDocumentsTests() => (_here, _there) = (Process(), Process());

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    private DocumentCache Process() =>
        new(new ReadOptions(), TimeSpan.FromSeconds(30), new SharedLevel(_level, new Outlet(_wire)), null, TimeProvider.System, null);

    private async Task<string> ReadAsync(DocumentCache cache) => Encoding.UTF8.GetString((await cache.GetAsync(
        Key, _ => Task.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes($"made {Interlocked.Increment(ref _made)} {new string('x', 2000)}")), default)).Plain().Span)[..6];

    [Fact]
    public async Task What_one_makes_the_other_need_not_and_what_one_forgets_the_other_makes_again()
    {
        await _wire.BothListenAsync();
        Assert.Equal("made 1", await ReadAsync(_here));
        Assert.Equal("made 1", await ReadAsync(_there));
        await _here.ForgetAsync("acme", ["AAPL"], default);
        Assert.Equal("made 2", await ReadAsync(_there));
        Assert.Equal("made 2", await ReadAsync(_here));
    }

    [Fact]
    public async Task What_one_is_making_when_the_other_forgets_it_is_not_kept()
    {
        await _wire.BothListenAsync();
        var (begun, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        var old = _there.GetAsync(Key, async token =>
        {
            begun.SetResult();
            await gate.Task.WaitAsync(token);
            return Encoding.UTF8.GetBytes("old");
        }, default).AsTask();
        await begun.Task;
        await _here.ForgetAsync("acme", [], default);
        gate.SetResult();
        await old;
        Assert.Equal("made 1", await ReadAsync(_there));
    }

    /// <summary>Hands each message to everybody but its sender before the sender goes on.</summary>
    private sealed class Wire
    {
        private readonly TaskCompletionSource _both = new();
        private readonly List<(Outlet From, BackplaneSubscriptionOptions To)> _listeners = [];

        public Task BothListenAsync() => _both.Task.WaitAsync(TimeSpan.FromSeconds(60));

        public void Add(Outlet outlet, BackplaneSubscriptionOptions options)
        {
            lock (_listeners)
            {
                _listeners.Add((outlet, options));
                if (_listeners.Count == 2)
                {
                    _both.TrySetResult();
                }
            }
        }

        public async Task SendAsync(Outlet from, BackplaneMessage message)
        {
            (Outlet From, BackplaneSubscriptionOptions To)[] all;
            lock (_listeners)
            {
                all = [.. _listeners];
            }

            foreach (var (_, to) in all.Where(l => l.From != from))
            {
                await to.IncomingMessageHandlerAsync!(message);
            }
        }
    }

    private sealed class Outlet(Wire wire) : IFusionCacheBackplane
    {
        public void Subscribe(BackplaneSubscriptionOptions options) => wire.Add(this, options);

        public ValueTask SubscribeAsync(BackplaneSubscriptionOptions options)
        {
            wire.Add(this, options);
            return default;
        }

        public void Unsubscribe()
        {
        }

        public ValueTask UnsubscribeAsync() => default;

        public ValueTask PublishAsync(BackplaneMessage message, FusionCacheEntryOptions options, CancellationToken token = default) => new(wire.SendAsync(this, message));

        public void Publish(BackplaneMessage message, FusionCacheEntryOptions options, CancellationToken token = default) => throw new NotSupportedException();
    }
}
