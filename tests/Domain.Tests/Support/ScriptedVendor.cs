using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Sources;

namespace Sentiment.Domain.Tests.Support;

/// <summary>One record as the scripted vendor writes it; null fields are left out.</summary>
public sealed record Told(string? Id, string? Title, DateTimeOffset? Published, IReadOnlyList<string> Symbols, DateTimeOffset? Crawled = null)
{
    /// <summary>In a stream of prices.</summary>
    public SourceBar? Bar { get; init; }

    /// <summary>What the vendor tags it with.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Five minutes of a symbol that end where they begin.</summary>
    public static Told Price(string symbol, DateTimeOffset? at, decimal close, decimal? volume = 10) =>
        new(at is { } time ? PriceBar.IdOf(symbol, time) : null, null, at, [symbol])
        {
            Bar = new(close, close + 1, close - 1, close, volume, volume is not null, TimeSpan.FromMinutes(5)),
        };
}

/// <summary>A vendor in memory: what each page holds, and what happens instead, is up to the test.</summary>
public sealed class ScriptedVendor(SourceDescription description, TimeProvider time) : ITableSource
{
    private sealed record Body(List<Told> Records, string? Next);

    public SourceDescription Description { get; } = description;

    /// <summary>What the pages of a request are, by its symbols and window; by default none but one empty page.</summary>
    public Func<PageRequest, IReadOnlyList<IReadOnlyList<Told>>> Pages { get; set; } = _ => [[]];

    /// <summary>Called before an answer, with the number of this call from 1; may throw or wait.</summary>
    public Func<PageRequest, int, CancellationToken, Task> Before { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>What a later version of the program reads in a record that this one reads otherwise.</summary>
    public Func<SourceRecord, SourceRecord> Reading { get; set; } = record => record;

    /// <summary>Every request, in order.</summary>
    public ConcurrentQueue<PageRequest> Calls { get; } = new();

    public static SourceDescription Describe(
        string table = "wire/news", string vendor = "wire", ChunkAxis axis = ChunkAxis.SymbolBatch, CursorDate cursor = CursorDate.Published,
        int symbolsPerChunk = 1, int daysPerChunk = 1, TimeSpan? lookback = null) =>
        new(table, vendor, axis, cursor, lookback ?? TimeSpan.FromHours(72), symbolsPerChunk, daysPerChunk);

    /// <summary>A stream of five-minute prices.</summary>
    public static SourceDescription DescribePrices(string table = "wire/prices") =>
        Describe(table, axis: ChunkAxis.SymbolDays, daysPerChunk: 30) with { Kind = StreamKind.Prices, BarLength = TimeSpan.FromMinutes(5) };

    /// <summary>How often a page was asked for, by the chunk's first symbol and the cursor.</summary>
    public int CallsFor(string symbol, string? cursor) => Calls.Count(c => c.Symbols[0] == symbol && c.Cursor == cursor);

    /// <summary>What is made of an answer on its way, such as one that was kept since an earlier call; by default nothing.</summary>
    public Func<PageRequest, SourceBody, SourceBody> Answered { get; set; } = (_, body) => body;

    /// <summary>Answers kept of earlier calls, which are given where nothing else is wanted; by default none.</summary>
    public Func<PageRequest, SourceBody?> Kept { get; set; } = _ => null;

    public async Task<SourceBody> FetchAsync(PageRequest request, CancellationToken cancellationToken)
    {
        if (request.OnlyKept)
        {
            return Kept(request) ?? throw new SourceException("nothing is kept", isTransient: true);
        }

        Calls.Enqueue(request);
        var fetchedAt = time.GetUtcNow();
        await Before(request, Calls.Count, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var pages = Pages(request);
        var index = request.Cursor is { } cursor ? int.Parse(cursor, CultureInfo.InvariantCulture) : 0;
        var body = new Body([.. pages[index]], index + 1 < pages.Count ? (index + 1).ToString(CultureInfo.InvariantCulture) : null);
        return Answered(request, new(JsonSerializer.SerializeToUtf8Bytes(body), fetchedAt));
    }

    private static Body Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<Body>(bytes)!;
        }
        catch (JsonException exception)
        {
            throw new SourceException("The body is not JSON.", isTransient: true, exception);
        }
    }

    public SourcePage Parse(PageRequest request, SourceBody body)
    {
        var read = Read(body.Bytes.Span);
        return new([.. read.Records.Select(r => Reading(new SourceRecord(
            r.Id, r.Title, r.Id is null ? null : $"https://wire.example/{Uri.EscapeDataString(r.Id)}", r.Published, r.Crawled, r.Symbols,
            JsonSerializer.SerializeToUtf8Bytes(r)) { Bar = r.Bar, Tags = r.Tags }))], read.Next);
    }
}
