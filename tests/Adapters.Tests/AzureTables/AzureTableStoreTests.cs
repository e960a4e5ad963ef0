using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Sentiment.Adapters.AzureTables;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.AzureTables;

public class AzureTableStoreTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task The_largest_write_with_the_longest_keys_fits_into_a_transaction()
    {
        var (store, sent) = await CountedAsync();
        var random = new Random(1);
        var data = new byte[TableLimits.MaxWriteBytes / 100];
        random.NextBytes(data);
        var writes = Enumerable.Range(0, 100).Select(i => TableWrite.Upsert(new string('|', TableLimits.MaxKeyLength - 2) + i.ToString("D2"), 1, data)).ToList();
        await store.WriteAsync(new string('|', TableLimits.MaxKeyLength), writes, None);
        Assert.InRange(sent.Max(s => s.Bytes), 3_500_000, 4 * 1024 * 1024);
        Assert.Equal(data, (await store.GetAsync(new string('|', TableLimits.MaxKeyLength), writes[99].Key, None))!.Data.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(300_000)]
    [InlineData(TableLimits.MaxRowBytes)]
    public async Task A_row_of_any_size_comes_back_as_it_was(int size)
    {
        var store = await FreshTable.OpenAsync();
        var data = new byte[size];
        new Random(size).NextBytes(data);
        await store.WriteAsync("p", [TableWrite.Insert("k", 1, data)], None);
        Assert.Equal(data, (await store.GetAsync("p", "k", None))!.Data.ToArray());
        await store.WriteAsync("p", [TableWrite.Upsert("k", 1, "short"u8.ToArray())], None);
        Assert.Equal("short", Encoding.UTF8.GetString((await store.GetAsync("p", "k", None))!.Data.Span));
    }

    [Fact]
    public async Task Keys_that_lie_together_are_read_in_one_transaction()
    {
        var (store, sent) = await CountedAsync();
        var keys = Enumerable.Range(0, 1000).Select(i => $"k{i:D5}").ToList();
        await InsertAsync(store, keys);
        sent.Clear();
        Assert.Equal(1000, (await store.GetManyAsync("p", keys, None)).Count);
        Assert.Single(sent);
        sent.Clear();
        Assert.Empty(await store.GetManyAsync("p", keys.ConvertAll(k => "new" + k), None));
        Assert.Single(sent);
    }

    [Fact]
    public async Task Scattered_keys_cost_at_most_a_transaction_each_and_gaps_are_jumped_over()
    {
        var (store, sent) = await CountedAsync();
        var keys = Enumerable.Range(0, 6000).Select(i => $"k{i:D5}").ToList();
        await InsertAsync(store, keys);
        sent.Clear();
        string[] ends = [.. keys.Take(300), .. keys.TakeLast(300)];
        Assert.Equal(ends, (await store.GetManyAsync("p", ends, None)).Select(r => r.Key).Order(StringComparer.Ordinal));
        Assert.Equal(2, sent.Count);

        sent.Clear();
        string[] scattered = [.. keys.Where((_, i) => i % 1500 == 7), "zzz"];
        Assert.Equal(4, (await store.GetManyAsync("p", scattered, None)).Count);
        Assert.InRange(sent.Count, 1, scattered.Length);
    }

    [Fact]
    public async Task A_limit_asks_for_no_more_rows_than_it_names()
    {
        var (store, sent) = await CountedAsync();
        await InsertAsync(store, Enumerable.Range(0, 50).Select(i => $"k{i:D5}"));
        sent.Clear();
        Assert.Equal(7, await store.QueryAsync(new TableRange("p", Limit: 7), None).CountAsync());
        Assert.Contains("top=7", Assert.Single(sent).Query, StringComparison.Ordinal);
        sent.Clear();
        Assert.Equal(0, await store.QueryAsync(new TableRange("p", "b", "a"), None).CountAsync());
        Assert.Empty(sent);
    }

    [Fact]
    public async Task A_batch_that_removes_absent_rows_is_written_whole_or_not_at_all()
    {
        var store = await FreshTable.OpenAsync();
        await InsertAsync(store, ["a", "b"]);
        var etags = await store.WriteAsync("p",
            [TableWrite.Delete("x"), TableWrite.Upsert("c", 1, default), TableWrite.Delete("a"), TableWrite.Delete("y")], None);
        Assert.Equal(["b", "c"], await store.QueryAsync(new TableRange("p"), None).Select(r => r.Key).ToListAsync());
        Assert.Equal(etags[1], (await store.GetAsync("p", "c", None))!.ETag);

        var conflict = await Assert.ThrowsAsync<TableConflictException>(() => store.WriteAsync("p",
            [TableWrite.Delete("x"), TableWrite.Delete("b"), TableWrite.Upsert("d", 1, default), TableWrite.Insert("c", 1, default)], None));
        Assert.Equal("c", conflict.Key);
        Assert.Equal(["b", "c"], await store.QueryAsync(new TableRange("p"), None).Select(r => r.Key).ToListAsync());
        await store.WriteAsync("p", [TableWrite.Delete("x"), TableWrite.Delete("y")], None);
    }

    [Fact]
    public async Task An_ETag_of_a_star_matches_no_row()
    {
        var store = await FreshTable.OpenAsync();
        await InsertAsync(store, ["a", "b"]);
        await Assert.ThrowsAsync<TableConflictException>(() => store.WriteAsync("p", [TableWrite.IfMatch("a", 1, default, "*")], None));
        await Assert.ThrowsAsync<TableConflictException>(() => store.WriteAsync("p", [TableWrite.Delete("a", "*"), TableWrite.Delete("b")], None));
        Assert.Equal(2, await store.QueryAsync(new TableRange("p"), None).CountAsync());
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public async Task A_service_that_is_busy_is_asked_again(HttpStatusCode status)
    {
        var answers = new Queue<Func<HttpResponseMessage, HttpResponseMessage>>([_ => new(status), _ => new(status)]);
        var store = await TroubledAsync(answers, isSent: false);
        await store.WriteAsync("p", [TableWrite.Insert("k", 1, default)], None);
        Assert.Empty(answers);
        Assert.NotNull(await store.GetAsync("p", "k", None));
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_has_happened_and_is_told_as_a_conflict()
    {
        var answers = new Queue<Func<HttpResponseMessage, HttpResponseMessage>>();
        var store = await TroubledAsync(answers, isSent: true);
        await store.WriteAsync("p", [TableWrite.Insert("first", 1, default)], None);
        answers.Enqueue(_ => throw new HttpRequestException("the connection was cut"));
        await Assert.ThrowsAsync<TableConflictException>(() => store.WriteAsync("p", [TableWrite.Insert("k", 1, default)], None));
        var row = (await store.GetAsync("p", "k", None))!;

        answers.Enqueue(_ => throw new HttpRequestException("the connection was cut"));
        await Assert.ThrowsAsync<TableConflictException>(() => store.WriteAsync("p", [TableWrite.IfMatch("k", 2, default, row.ETag)], None));
        Assert.Equal(2, (await store.GetAsync("p", "k", None))!.Version);
    }

    [Fact]
    public async Task A_row_of_another_program_is_named()
    {
        string table = "", account = "";
        var store = await FreshTable.OpenAsync(o => (table, account) = (o.Table, o.ConnectionString!));
        await store.WriteAsync("p", [TableWrite.Insert("a", 1, default)], None);
        await new TableClient(account, table).AddEntityAsync(new TableEntity("p", "b") { ["other"] = 1 });
        var exception = await Assert.ThrowsAsync<InvalidDataException>(() => store.GetAsync("p", "b", None));
        Assert.Contains("'b' in 'p'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Live_reads_list_partitions_by_prefix()
    {
        var store = await FreshTable.OpenAsync();
        foreach (var partition in (string[])["a", "a|1", "a|2", "a|~~", "b|1"])
        {
            await store.WriteAsync(partition, [TableWrite.Insert("k", 1, default), TableWrite.Insert("l", 1, default)], None);
        }

        await using var reads = await new LiveTableReads(store).OpenSnapshotAsync(None);
        Assert.Equal(["a|1", "a|2", "a|~~"], await reads.PartitionsAsync("a|", None).ToListAsync());
        Assert.Equal(["a", "a|1", "a|2", "a|~~", "b|1"], await reads.PartitionsAsync("", None).ToListAsync());
        Assert.Empty(await reads.PartitionsAsync("c", None).ToListAsync());
    }

    private static async Task InsertAsync(AzureTableStore store, IEnumerable<string> keys)
    {
        foreach (var batch in keys.Chunk(TableLimits.MaxRowsPerWrite))
        {
            await store.WriteAsync("p", [.. batch.Select(key => TableWrite.Insert(key, 1, Encoding.UTF8.GetBytes(key)))], None);
        }
    }

    private static async Task<(AzureTableStore Store, ConcurrentQueue<Request> Sent)> CountedAsync()
    {
        var sent = new ConcurrentQueue<Request>();
        return (await FreshTable.OpenAsync(o => o.ConfigureClient = c => c.AddPolicy(new Recorder(sent), HttpPipelinePosition.PerRetry)), sent);
    }

    private sealed record Request(string Query, long Bytes);

    private sealed class Recorder(ConcurrentQueue<Request> sent) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message) =>
            sent.Enqueue(new(message.Request.Uri.Query, message.Request.Content?.TryComputeLength(out var bytes) == true ? bytes : 0));
    }

    private static Task<AzureTableStore> TroubledAsync(Queue<Func<HttpResponseMessage, HttpResponseMessage>> answers, bool isSent) => FreshTable.OpenAsync(o => o.ConfigureClient = c =>
    {
        c.Retry.Delay = TimeSpan.FromMilliseconds(1);
        c.Transport = new HttpClientTransport(new Troubled(answers, isSent));
    });

    private sealed class Troubled(Queue<Func<HttpResponseMessage, HttpResponseMessage>> answers, bool isSent) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!answers.TryDequeue(out var answer))
            {
                return await base.SendAsync(request, cancellationToken);
            }

            using var sent = isSent ? await base.SendAsync(request, cancellationToken) : new();
            return answer(sent);
        }
    }
}
