using System.Text.Json.Serialization;
using Sentiment.Api.Access;
using Sentiment.Api.Tenants;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Replays;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api;

/// <summary>Counts of records.</summary>
/// <param name="Read">Accepted, duplicate and quarantined together.</param>
/// <param name="Accepted">New items.</param>
/// <param name="Duplicate">Already there.</param>
/// <param name="Quarantined">Invalid.</param>
/// <param name="Skipped">Outside the window.</param>
public sealed record RecordsDocument(long Read, long Accepted, long Duplicate, long Quarantined, long Skipped)
{
    /// <summary>As in a ledger.</summary>
    public static RecordsDocument Of(Ledger ledger) => new(ledger.Read, ledger.Accepted, ledger.Duplicate, ledger.Quarantined, ledger.Skipped);
}

/// <summary>A run in a list.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Status"><c>pending</c>, <c>running</c>, <c>suspended</c>, <c>completed</c>, <c>partial</c> or <c>failed</c>.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="EndedAt">UTC; null while unfinished.</param>
/// <param name="Tenants">How many tenants are in it.</param>
public sealed record RunListed(string Run, string Status, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, int Tenants)
{
    /// <summary>As stored.</summary>
    public static RunListed Of(RunRow run) => new(run.Id, Name(run), run.StartedAt, run.EndedAt, run.Tenants);

    internal static string Name(RunRow run) => run is { EndedAt: null, IsSuspended: true } ? "suspended" : Name(run.Status);

    internal static string Name(WorkStatus status) => status.ToString().ToLowerInvariant();
}

/// <summary>A run and where it stands.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Status">See <see cref="RunListed"/>.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="EndedAt">UTC; null while unfinished.</param>
/// <param name="Percent">0 to 100.</param>
/// <param name="EtaSeconds">Seconds left if it goes on as so far; null where that cannot be told.</param>
/// <param name="Tenants">Counts of tenants.</param>
/// <param name="Chunks">Counts of chunks planned so far.</param>
/// <param name="Records">Committed records.</param>
/// <param name="Calls">Vendor calls: planned, made and left for a later run.</param>
/// <param name="Details">Per tenant.</param>
public sealed record RunDocument(
    string Run, string Status, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, double Percent, double? EtaSeconds,
    Tally Tenants, Tally Chunks, RecordsDocument Records, CallTally Calls, IReadOnlyList<TenantDocument> Details)
{
    /// <summary>From a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="now">The time of the report.</param>
    public static RunDocument Of(RunReport report, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(report);
        var run = report.Run;
        var fraction = report.Fraction;
        var elapsed = (now - run.StartedAt).TotalSeconds;
        return new(
            run.Id, RunListed.Name(run), run.StartedAt, run.EndedAt, Math.Round(fraction * 100, 1),
            run.EndedAt is null && fraction is > 0 and < 1 ? Math.Round(elapsed / fraction * (1 - fraction)) : null,
            report.TenantTally, report.ChunkTally, RecordsDocument.Of(report.Records), report.Calls,
            [.. report.Tenants.Select(t => new TenantDocument(t.Tenant, RunListed.Name(t.Status), t.Reason,
                [.. t.Tables.Select(x => new TableDocument(x.Table, RunListed.Name(x.Status), x.Reason, x.Chunks, RecordsDocument.Of(x.Records), x.Quarantined, x.Calls, x.Holes))]))]);
    }
}

/// <summary>A tenant in a run.</summary>
/// <param name="Tenant">Its id.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="Tables">Its tables that have begun.</param>
public sealed record TenantDocument(string Tenant, string Status, string? Reason, IReadOnlyList<TableDocument> Tables);

/// <summary>A table of a tenant in a run.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reason">Why it was stopped, failed or skipped.</param>
/// <param name="Chunks">Counts of its chunks.</param>
/// <param name="Records">Committed records.</param>
/// <param name="QuarantinedBy">The quarantined ones by the field that was wrong.</param>
/// <param name="Calls">Vendor calls: planned, made and left for a later run.</param>
/// <param name="Holes">What it leaves unfetched, counted in chunks: those that failed or were left, and those that a backfill had no room for.</param>
public sealed record TableDocument(
    string Table, string Status, string? Reason, Tally Chunks, RecordsDocument Records, IReadOnlyDictionary<string, long> QuarantinedBy, CallTally Calls,
    int Holes);

/// <summary>A chunk of a run.</summary>
/// <param name="Tenant">Its tenant.</param>
/// <param name="Table">Its table.</param>
/// <param name="Number">Its number in the table's plan, from 1.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reason">Why it failed.</param>
/// <param name="Symbols">What it asks for.</param>
/// <param name="From">The window's start, inclusive.</param>
/// <param name="To">The window's end, exclusive.</param>
/// <param name="Pages">Pages committed.</param>
/// <param name="Records">Committed records.</param>
public sealed record ChunkDocument(
    string Tenant, string Table, int Number, string Status, string? Reason, IReadOnlyList<string> Symbols,
    DateTimeOffset From, DateTimeOffset To, int Pages, RecordsDocument Records)
{
    /// <summary>As stored.</summary>
    public static ChunkDocument Of(ChunkRow chunk)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        return new(
            chunk.Tenant, chunk.Table, chunk.Number, RunListed.Name(chunk.Status), chunk.Reason, chunk.Symbols,
            chunk.From, chunk.To, chunk.Page, RecordsDocument.Of(chunk.Ledger));
    }
}

/// <summary>A page of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">The page.</param>
/// <param name="Next">The cursor of the next page; null on the last.</param>
public sealed record Listed<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>What <c>POST /api/runs</c> takes.</summary>
/// <param name="Tenants">Only these tenants.</param>
/// <param name="Tables">Only these tables.</param>
/// <param name="From">The window's start.</param>
/// <param name="To">The window's end.</param>
/// <param name="Replay"><c>quarantine</c> or <c>raw</c>: what of the archive to go through again; null: the vendors are asked.</param>
/// <param name="Backfill">Whether to fetch the holes of the coverage map instead of what is new.</param>
public sealed record RunOrder(
    IReadOnlyList<string>? Tenants = null, IReadOnlyList<string>? Tables = null, DateTimeOffset? From = null, DateTimeOffset? To = null,
    [property: JsonConverter(typeof(ReplayKindConverter))] ReplayKind? Replay = null,
    bool Backfill = false);

/// <summary>Kinds of replays in small letters.</summary>
public sealed class ReplayKindConverter() : JsonStringEnumConverter<ReplayKind>(System.Text.Json.JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>Where a run is watched and steered, in Durable Functions' words; every URI wants the same header, none carries a key.</summary>
/// <param name="Id">The run.</param>
/// <param name="StatusQueryGetUri">Its status.</param>
/// <param name="SendEventPostUri">Tells it the event that takes the place of <c>{eventName}</c>.</param>
/// <param name="TerminatePostUri">Cancels it.</param>
/// <param name="SuspendPostUri">Holds it.</param>
/// <param name="ResumePostUri">Lets it go on.</param>
/// <param name="PurgeHistoryDeleteUri">Forgets its workflows' histories once it has ended.</param>
public sealed record StartedDocument(
    string Id, string StatusQueryGetUri, string SendEventPostUri, string TerminatePostUri, string SuspendPostUri, string ResumePostUri,
    string PurgeHistoryDeleteUri)
{
    /// <summary>Of a run below the API's address.</summary>
    /// <param name="run">The run.</param>
    /// <param name="runs">The absolute address of <c>/api/runs</c>.</param>
    public static StartedDocument Of(string run, string runs)
    {
        var at = $"{runs}/{run}";
        return new(
            run, at, $"{at}/events/{{eventName}}", $"{at}/cancel?reason={{text}}", $"{at}/suspend?reason={{text}}", $"{at}/resume?reason={{text}}", at);
    }
}

/// <summary>What was forgotten of a run.</summary>
/// <param name="InstancesDeleted">Workflows that were begun for the run itself; their sub-workflows are not counted.</param>
public sealed record PurgedDocument(int InstancesDeleted);

/// <summary>How documents are written: camel case, web defaults.</summary>
[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(Me))]
[JsonSerializable(typeof(RunOrder))]
[JsonSerializable(typeof(StartedDocument))]
[JsonSerializable(typeof(PurgedDocument))]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(Listed<RunListed>))]
[JsonSerializable(typeof(Listed<ChunkDocument>))]
[JsonSerializable(typeof(Listed<QuarantineDocument>))]
[JsonSerializable(typeof(Listed<PriceDocument>))]
[JsonSerializable(typeof(Listed<ItemDocument>))]
[JsonSerializable(typeof(Listed<VendorDocument>))]
[JsonSerializable(typeof(Listed<CoverageDocument>))]
[JsonSerializable(typeof(Listed<TenantDocument>))]
[JsonSerializable(typeof(TenantOrder))]
[JsonSerializable(typeof(Listed<TenantChange>))]
[JsonSerializable(typeof(DeletionDocument))]
[JsonSerializable(typeof(CredentialOrder))]
[JsonSerializable(typeof(CredentialTested))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string[]>))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
[JsonSerializable(typeof(KeyOrder))]
[JsonSerializable(typeof(KeyRotation))]
[JsonSerializable(typeof(KeyCreated))]
[JsonSerializable(typeof(Listed<KeyListed>))]
[JsonSerializable(typeof(TrendDocument))]
[JsonSerializable(typeof(TrendArrays))]
[JsonSerializable(typeof(MetricsDocument))]
[JsonSerializable(typeof(TrendBarDocument))]
[JsonSerializable(typeof(LiveRunDocument))]
[JsonSerializable(typeof(LiveTableDocument))]
[JsonSerializable(typeof(LiveChunkDocument))]
[JsonSerializable(typeof(LiveSnapshotDocument))]
[JsonSerializable(typeof(Negotiated))]
[JsonSerializable(typeof(RuleDocument))]
[JsonSerializable(typeof(Listed<RuleDocument>))]
[JsonSerializable(typeof(PreviewDocument))]
[JsonSerializable(typeof(EvaluationDocument))]
public sealed partial class ApiJson : JsonSerializerContext;
