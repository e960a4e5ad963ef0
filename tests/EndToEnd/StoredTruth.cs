using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sentiment.Adapters.Files;
using Sentiment.Adapters.Http;
using Sentiment.Adapters.Sqlite;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Items;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Trends;
using Sentiment.Domain.Verification;

namespace Sentiment.EndToEnd;

/// <summary>What a data folder holds, compared with what the vendors say that it should.</summary>
internal sealed class StoredTruth(string data) : IAsyncDisposable
{
    private readonly SqliteTableStore _tables = new(
        new SqliteOptions { Path = Path.Combine(data, "tables.db"), ReadOnly = true }, NullLogger<SqliteTableStore>.Instance);

    /// <summary>Compares items, titles, memberships, quarantine and aggregates of a tenant.</summary>
    public async Task AssertEqualsAsync(Vendors vendors, string tenant, string[] symbols)
    {
        await using var snapshot = await _tables.OpenSnapshotAsync(default);
        var items = await ItemList.AllAsync(snapshot, new(tenant), default).ToListAsync();
        var counts = new Dictionary<(string Symbol, long Minute), long>();
        foreach (var (table, vendor) in Workplace.Tables)
        {
            var truth = await vendors.TruthAsync(vendor, symbols);
            var expected = truth.GetProperty("items").EnumerateArray().ToList();
            Assert.Equal(
                expected.Select(Line).Order(StringComparer.Ordinal),
                items.Where(i => i.Table == table).Select(i => $"{i.SourceId} {string.Join(',', i.Symbols.Order(StringComparer.Ordinal))} {i.PublishedAt.ToUnixTimeSeconds()} {i.Title}").Order(StringComparer.Ordinal));
            foreach (var symbol in expected.SelectMany(e => Symbols(e).Select(s => (s, Bucket.MinuteOf(e.GetProperty("publishedAt").GetDateTimeOffset())))))
            {
                counts[symbol] = counts.GetValueOrDefault(symbol) + 1;
            }

            Assert.Equal(
                truth.GetProperty("bad").EnumerateArray().Select(BadKey).Distinct().Order(StringComparer.Ordinal),
                (await QuarantineAsync(snapshot, tenant, table)).Order(StringComparer.Ordinal));
        }

        Assert.Equal(counts.OrderBy(c => c.Key), (await BucketsAsync(snapshot, tenant)).OrderBy(c => c.Key));
    }

    /// <summary>Recounts every invariant; nothing may be wrong.</summary>
    public async Task AssertVerifiesAsync()
    {
        var blobs = new FileBlobStore(
            new FileBlobOptions { Root = Path.Combine(data, "blobs"), ReadOnly = true }, TimeProvider.System, NullLogger<FileBlobStore>.Instance);
        using var sources = new ServiceCollection().AddSources(new ConfigurationBuilder().Build()).AddSingleton<SourceCatalog>().BuildServiceProvider();
        var found = await new Verifier(_tables, blobs, sources.GetRequiredService<SourceCatalog>()).RunAsync(default);
        Assert.True(found.ProblemCount == 0, string.Join('\n', found.Problems));
    }

    /// <summary>How the newest run stands; null before there is one.</summary>
    public async Task<RunReport?> NewestRunAsync() =>
        (await RunStore.ListAsync(_tables, null, 1, null, default)).Select(r => r.Run.Id).FirstOrDefault() is { } run
            ? await RunReport.ReadAsync(_tables, run, default) : null;

    /// <summary>Pages that a run has committed.</summary>
    public async Task<int> PagesAsync(string run)
    {
        var pages = 0;
        await foreach (var chunk in ChunkStore.ListAsync(_tables, run, null, null, default))
        {
            pages += chunk.Page;
        }

        return pages;
    }

    /// <summary>The invalid records of a table: their keys, with the reason.</summary>
    public async Task<IReadOnlyList<(string Key, string Reason)>> QuarantineAsync(string tenant, string table)
    {
        var found = new List<(string, string)>();
        await foreach (var row in _tables.QueryAsync(new TableRange($"quarantine|{tenant}|{TableLimits.Escape(table)}"), default))
        {
            var record = JsonDocument.Parse(row.Data).RootElement;
            found.Add((record.GetProperty("key").GetString()!, record.GetProperty("reason").GetString()!));
        }

        return found;
    }

    public ValueTask DisposeAsync() => _tables.DisposeAsync();

    private static IEnumerable<string> Symbols(JsonElement item) =>
        item.GetProperty("symbols").EnumerateArray().Select(s => s.GetString()!).Order(StringComparer.Ordinal);

    private static string Line(JsonElement item) =>
        $"{item.GetProperty("id")} {string.Join(',', Symbols(item))} {item.GetProperty("publishedAt").GetDateTimeOffset().ToUnixTimeSeconds()} {item.GetProperty("title").GetString()}";

    private static string BadKey(JsonElement bad) => bad.GetProperty("id") is { ValueKind: JsonValueKind.Number } id
        ? $"id:{id}" : "raw:" + bad.GetProperty("rawHash").GetString();

    private static async Task<List<string>> QuarantineAsync(ITableSnapshot snapshot, string tenant, string table)
    {
        var keys = new List<string>();
        await foreach (var row in snapshot.QueryAsync(new TableRange($"quarantine|{tenant}|{TableLimits.Escape(table)}"), default))
        {
            keys.Add(JsonDocument.Parse(row.Data).RootElement.GetProperty("key").GetString()!);
        }

        return keys;
    }

    private static async Task<Dictionary<(string Symbol, long Minute), long>> BucketsAsync(ITableSnapshot snapshot, string tenant)
    {
        var counts = new Dictionary<(string, long), long>();
        await foreach (var partition in snapshot.PartitionsAsync($"trends|{tenant}|", default))
        {
            var day = await TrendReader.DayAsync(snapshot, tenant, partition.Split('|')[2], null, Grain.Minute, (pages, _) => new(pages.ToHashSet()), default);
            foreach (var (key, bucket) in day.Where(b => b.Key.Symbol != TrendStore.AllItems))
            {
                counts[(key.Symbol, key.Minute)] = counts.GetValueOrDefault((key.Symbol, key.Minute)) + bucket.Count;
            }
        }

        return counts;
    }
}
