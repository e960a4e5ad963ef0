using System.Text.Json;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Ingestion;

/// <summary>What an answer that was kept since an earlier call may cover, and what comes of one that is out of date.</summary>
public sealed class KeptAnswerTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Kept = IngestionHost.Start.AddHours(-2);

    private readonly IngestionHost _host = new();

    private TenantRoster Roster => IngestionHost.Roster(_host.Tenant("acme", "AAPL"));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_page_must_not_be_older_than_the_one_before_it()
    {
        _host.Vendor.Pages = _ => [[News("a")], [News("b")], [News("c")]];
        _host.Vendor.Before = (_, call, _) =>
        {
            _host.Time.Advance(TimeSpan.FromSeconds(call));
            return Task.CompletedTask;
        };
        await _host.StartEngineAsync();
        await _host.EndAsync(await _host.BeginAsync(Roster));
        Assert.Equal([null, IngestionHost.Start, IngestionHost.Start.AddSeconds(1)], _host.Vendor.Calls.Select(c => c.NotBefore));
    }

    [Fact]
    public async Task A_kept_answer_covers_time_up_to_when_it_was_asked_for()
    {
        _host.Vendor.Pages = _ => [[News("a")]];
        _host.Vendor.Answered = (_, body) => body with { FetchedAt = Kept };
        await _host.StartEngineAsync();
        Assert.Equal(WorkStatus.Completed, (await _host.EndAsync(await _host.BeginAsync(Roster))).Run.Status);
        Assert.Equal(Kept, (await _host.Get<TableStateStore>().WatermarkAsync("acme", "wire/news", default))!.Row.At);
    }

    [Fact]
    public async Task The_earliest_of_its_pages_says_what_a_chunk_covers()
    {
        var chunk = (await _host.PlanAsync("run-1", "acme", ["AAPL"])).Single();
        _host.Vendor.Pages = _ => [[News("a")], [News("b")]];
        _host.Vendor.Answered = (request, body) => request.Cursor is null ? body : body with { FetchedAt = Kept };
        await _host.ProcessAsync(chunk);
        Assert.Equal(Kept, (await _host.ChunkAsync(chunk)).FetchedAt);
    }

    [Fact]
    public async Task A_kept_answer_that_cannot_be_read_is_asked_for_anew()
    {
        var chunk = (await _host.PlanAsync("run-1", "acme", ["AAPL"])).Single();
        _host.Vendor.Pages = _ => [[News("a")]];
        _host.Vendor.Answered = (request, body) => request.NotBefore is null ? new(new byte[] { (byte)'?' }, Kept) : body;
        await _host.ProcessAsync(chunk);
        Assert.Equal((WorkStatus.Completed, 1L), ((await _host.ChunkAsync(chunk)).Status, (await _host.ChunkAsync(chunk)).Ledger.Accepted));
        Assert.Equal([null, IngestionHost.Start], _host.Vendor.Calls.Select(c => c.NotBefore));
    }

    [Fact]
    public async Task Where_the_vendor_keeps_failing_what_is_kept_is_stored_and_advances_nothing()
    {
        _host.Vendor.Before = (_, _, _) => throw new SourceException("503 from wire", true);
        _host.Vendor.Kept = request => Page(request.Cursor is null ? "a" : "b", request.Cursor is null ? "1" : null);
        await _host.StartEngineAsync();
        var report = await _host.EndAsync(await _host.BeginAsync(Roster));
        Assert.Equal((WorkStatus.Failed, 2L), (report.Run.Status, report.Records.Accepted));
        Assert.Equal("503 from wire; what it had said up to 2030-01-10T10:00:00Z is stored, the rest is missing", report.Tenants.Single().Tables.Single().Reason);
        Assert.Equal(_host.Bounds.ChunkAttempts, _host.Vendor.Calls.Count);
        Assert.Null(await _host.Get<TableStateStore>().WatermarkAsync("acme", "wire/news", default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_tried_again_asks_the_vendor_where_kept_answers_had_to_do(bool drained)
    {
        var down = true;
        _host.Vendor.Before = (_, _, _) => down ? throw new SourceException("503 from wire", true) : Task.CompletedTask;
        _host.Vendor.Pages = _ => [[News("a")], [News("b"), News("c")]];
        _host.Vendor.Kept = request => request.Cursor is null ? Page("a", "1") : drained ? Page("b", null) : null;
        await _host.StartEngineAsync();
        var run = await _host.BeginAsync(Roster);
        Assert.Equal(drained ? 2 : 1, (await _host.EndAsync(run)).Records.Accepted);

        down = false;
        var asked = _host.Vendor.Calls.Count;
        await _host.Get<RunSteering>().RetryAsync(run, default);
        var report = await _host.EndAsync(run);
        Assert.Equal((WorkStatus.Completed, 3L), (report.Run.Status, report.Records.Accepted));
        Assert.Equal(drained ? [null, "1"] : ["1"], _host.Vendor.Calls.Skip(asked).Select(c => c.Cursor));

        // What was read again from its first page is covered up to now, the other only up to its oldest page.
        Assert.True((await _host.Get<TableStateStore>().WatermarkAsync("acme", "wire/news", default))!.Row.At > Kept == drained);
    }

    [Fact]
    public async Task A_vendor_that_recovers_in_time_is_asked_whatever_is_kept()
    {
        _host.Vendor.Before = (_, call, _) => call < _host.Bounds.ChunkAttempts ? throw new SourceException("503 from wire", true) : Task.CompletedTask;
        _host.Vendor.Pages = _ => [[News("a")]];
        _host.Vendor.Kept = _ => Page("old", null);
        await _host.StartEngineAsync();
        var report = await _host.EndAsync(await _host.BeginAsync(Roster));
        Assert.Equal((WorkStatus.Completed, 1L), (report.Run.Status, report.Records.Accepted));
    }

    private static Told News(string id) => new(id, $"Headline {id}", IngestionHost.Start.AddDays(-1), ["AAPL"]);

    private static SourceBody Page(string id, string? next) => new(JsonSerializer.SerializeToUtf8Bytes(new { Records = (Told[])[News(id)], Next = next }), Kept);
}
