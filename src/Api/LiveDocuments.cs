using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Items;
using Sentiment.Domain.Live;
using Sentiment.Domain.Metrics;
using Sentiment.Domain.Trends;

namespace Sentiment.Api;

/// <summary>Writes what live groups tell with the same fields as the API's documents.</summary>
internal sealed class LiveDocuments(IOptions<TrendOptions> options) : ILiveDocuments
{
    public ReadOnlyMemory<byte> Item(Item item) => JsonSerializer.SerializeToUtf8Bytes(ItemDocument.Of(item), ItemJson.Default.ItemDocument);

    public ReadOnlyMemory<byte> Bar(TrendBar bar) => JsonSerializer.SerializeToUtf8Bytes(TrendBarDocument.Of(bar), ApiJson.Default.TrendBarDocument);

    public ReadOnlyMemory<byte> Metrics(string tenant, TenantMetrics metrics) => JsonSerializer.SerializeToUtf8Bytes(
        MetricsDocument.Of(tenant, metrics, options.Value.LeastCount, TimeSpan.FromMinutes(options.Value.StaleMinutes)), ApiJson.Default.MetricsDocument);

    public ReadOnlyMemory<byte> Run(TenantRun run) => JsonSerializer.SerializeToUtf8Bytes(LiveRunDocument.Of(run), ApiJson.Default.LiveRunDocument);

    public ReadOnlyMemory<byte> Table(TenantTable table) => JsonSerializer.SerializeToUtf8Bytes(
        new LiveTableDocument(RunListed.Name(table.Status), table.Reason, table.Chunks, RecordsDocument.Of(table.Records)), ApiJson.Default.LiveTableDocument);

    public ReadOnlyMemory<byte> Chunk(ChunkRow chunk) => JsonSerializer.SerializeToUtf8Bytes(LiveChunkDocument.Of(chunk), ApiJson.Default.LiveChunkDocument);
}

/// <summary>A group as it is at a moment.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Version">Every change of a higher version is news.</param>
/// <param name="Entries">What it tells: each has its <c>key</c> and the fields of its kind.</param>
public sealed record LiveSnapshotDocument(string Group, long Version, IReadOnlyList<JsonElement> Entries);

/// <summary>A tenant's part in a run, as its rows say it.</summary>
/// <param name="Status">As in <see cref="RunListed"/>, but of the tenant's part.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="StartedAt">When the run started.</param>
/// <param name="EndedAt">When the run ended; null while unfinished.</param>
/// <param name="Percent">0 to 100.</param>
/// <param name="EtaSeconds">Seconds left, reckoned when a page was last fetched; null where that cannot be told.</param>
/// <param name="Records">Committed records.</param>
/// <param name="RecordsPerSecond">Of them read, from the start until a page was last fetched; null before the first.</param>
public sealed record LiveRunDocument(
    string Status, string? Reason, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, double Percent, double? EtaSeconds, RecordsDocument Records, double? RecordsPerSecond)
{
    /// <summary>As read.</summary>
    public static LiveRunDocument Of(TenantRun part)
    {
        ArgumentNullException.ThrowIfNull(part);
        var (run, fraction, seconds) = (part.Run, part.Fraction, (part.At - part.Run.StartedAt).TotalSeconds);
        var isHeld = run is { EndedAt: null, IsSuspended: true } && part.Status is WorkStatus.Pending or WorkStatus.Running;
        return new(
            isHeld ? RunListed.Name(run) : RunListed.Name(part.Status), part.Reason, run.StartedAt, run.EndedAt, Math.Round(fraction * 100, 1),
            run.EndedAt is null && fraction is > 0 and < 1 ? Math.Round(seconds / fraction * (1 - fraction)) : null,
            RecordsDocument.Of(part.Records), seconds > 0 ? Math.Round(part.Records.Read / seconds, 1) : null);
    }
}

/// <summary>A table of a tenant's part in a run.</summary>
/// <param name="Status">Where it stands.</param>
/// <param name="Reason">Why it was stopped, failed or skipped.</param>
/// <param name="Chunks">Counts of its chunks.</param>
/// <param name="Records">Committed records.</param>
public sealed record LiveTableDocument(string Status, string? Reason, Tally Chunks, RecordsDocument Records);

/// <summary>A chunk of a tenant's part in a run.</summary>
/// <param name="Status">Where it stands.</param>
/// <param name="Reason">Why it failed or was left.</param>
/// <param name="Percent">0 to 100 of the calls that were planned; left out where none were.</param>
/// <param name="Read">Records read.</param>
/// <param name="Accepted">Of them new.</param>
/// <param name="WaitingUntil">When its wait for its vendor ends; null: it does not wait.</param>
public sealed record LiveChunkDocument(
    string Status, string? Reason, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Percent, long Read, long Accepted, DateTimeOffset? WaitingUntil)
{
    // What was planned is a guess: all of it is done when the chunk says so.
    private const double MostBeforeTheEnd = 99;

    /// <summary>As stored.</summary>
    public static LiveChunkDocument Of(ChunkRow chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        double? percent = chunk.Status == WorkStatus.Completed ? 100
            : chunk.PlannedCalls > 0 ? Math.Min(MostBeforeTheEnd, Math.Round(100.0 * chunk.Page / chunk.PlannedCalls, 1)) : null;
        return new(
            RunListed.Name(chunk.Status), chunk.Reason, percent, chunk.Ledger.Read, chunk.Ledger.Accepted, chunk.HasEnded ? null : chunk.WaitingUntil);
    }
}
