using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Domain.Caching;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Caching;

public sealed class DocumentWarmingTests : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);
    private readonly DocumentWarmth _warmth = new();
    private readonly DocumentCache _cache;

    public DocumentWarmingTests() => _cache = new(new ReadOptions(), Life, null, _warmth, TimeProvider.System, null);

    public void Dispose() => _cache.Dispose();

    private static DocumentKey Key(string tenant, string name, params string[] symbols) => new(tenant, symbols, name, Life);

    private static Task<ReadOnlyMemory<byte>> Make(CancellationToken cancellationToken) => Task.FromResult<ReadOnlyMemory<byte>>("{}"u8.ToArray());

    [Fact]
    public async Task No_more_documents_are_remembered_than_there_is_room_for_and_the_most_asked_for_stay()
    {
        for (var i = 0; i < 10; i++)
        {
            _warmth.Asked(Key("acme", "often"), Make);
        }

        for (var i = 0; i < 3 * DocumentWarmth.Capacity; i++)
        {
            _warmth.Asked(Key("acme", $"once {i}", "AAPL"), Make);
            Assert.InRange(_warmth.Count, 1, DocumentWarmth.Capacity);
        }

        _warmth.Forgotten(DocumentKey.Touched("acme", []));
        Assert.Equal("often", (await _warmth.NextAsync(default)).Key.Name);
    }

    [Fact]
    public async Task The_most_asked_for_of_what_was_forgotten_stand_in_line_each_once()
    {
        for (var i = 0; i < 30; i++)
        {
            for (var times = 0; times <= i; times++)
            {
                _warmth.Asked(Key("acme", $"{i}", "AAPL"), Make);
            }
        }

        _warmth.Asked(Key("bolt", "other", "AAPL"), Make);
        _warmth.Forgotten(DocumentKey.Touched("acme", ["AAPL"]));
        _warmth.Forgotten(DocumentKey.Touched("acme", ["AAPL"]));
        var line = new List<string>();
        for (var i = 0; i < DocumentWarmth.PerPage; i++)
        {
            line.Add((await _warmth.NextAsync(default)).Key.Name);
        }

        Assert.Equal(Enumerable.Range(10, 20).Reverse().Select(i => $"{i}"), line);
        using var given = new CancellationTokenSource();
        var next = _warmth.NextAsync(given.Token).AsTask();
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task What_a_page_put_an_end_to_is_made_again_before_anybody_asks()
    {
        var again = new TaskCompletionSource();
        var made = 0;
        await _cache.GetAsync(Key("acme", "aapl", "AAPL"), _ =>
        {
            if (++made == 2)
            {
                again.SetResult();
            }

            return Task.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes($"{made}"));
        }, default);
        await _cache.GetAsync(Key("acme", "msft", "MSFT"), _ => Task.FromResult<ReadOnlyMemory<byte>>("{}"u8.ToArray()), default);
        var time = new ToldTime();
        using var warming = new DocumentWarming(_cache, _warmth, time, NullLogger<DocumentWarming>.Instance);
        await warming.StartAsync(default);

        var announcer = new PageDocuments(_cache, new SourceCatalog([new ScriptedVendor(ScriptedVendor.Describe(), time)]));
        await announcer.AnnounceAsync(Chunk("wire/news", "AAPL"), 1, null, default);
        await time.TimerAsync();
        time.Advance(DocumentWarming.Pause);
        await again.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await warming.StopAsync(default);
        Assert.Equal(2, made);
    }

    [Fact]
    public async Task A_page_of_a_source_that_brings_its_own_symbols_ends_whatever_the_tenant_has()
    {
        var made = 0;
        Task<ReadOnlyMemory<byte>> Count(CancellationToken cancellationToken) => Task.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes($"{++made}"));
        await _cache.GetAsync(Key("acme", "aapl", "AAPL"), Count, default);
        var description = ScriptedVendor.Describe("desk/tickets", "desk") with { OwnSymbols = [SourceDescription.AnySymbol] };
        var announcer = new PageDocuments(_cache, new SourceCatalog([new ScriptedVendor(description, TimeProvider.System)]));
        await announcer.AnnounceAsync(Chunk("desk/tickets", SourceDescription.AnySymbol), 1, null, default);
        await _cache.GetAsync(Key("acme", "aapl", "AAPL"), Count, default);
        Assert.Equal(2, made);
    }

    /// <summary>Tells when something waits.</summary>
    private sealed class ToldTime : FakeTimeProvider
    {
        private readonly TaskCompletionSource _waits = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task TimerAsync() => _waits.Task.WaitAsync(TimeSpan.FromSeconds(60));

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _waits.TrySetResult();
            return timer;
        }
    }

    private static ChunkRow Chunk(string table, string symbol) => new()
    {
        Run = "r",
        Tenant = "acme",
        Table = table,
        Number = 1,
        Symbols = [symbol],
        Window = CursorDate.Published,
        From = DateTimeOffset.UnixEpoch,
        To = DateTimeOffset.UnixEpoch.AddDays(1),
    };
}
