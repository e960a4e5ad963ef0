using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Tests.Support;

/// <summary>Runs and retentions of one tenant by hand, as an engine would call them.</summary>
public static class Retaining
{
    public const string Acme = "acme";

    /// <summary>Everything that retention is about, but for how often a body's folder was looked at.</summary>
    public static readonly string[] All = ["items|", "index|", "prices|", "series|", "quarantine|", "quarantined|", "trends|", "days|", "table|", "run|", "runs", "pages|", "retention"];

    /// <summary>A whole run of one chunk per symbol; its tenant is known to retention with its days.</summary>
    public static async Task<IReadOnlyList<ChunkId>> RunAsync(this IngestionHost host, TenantRetention kept, params string[] symbols)
    {
        var now = host.Time.GetUtcNow();
        var run = RunRow.IdOf(now, "0123456789abcdef");
        await host.Get<RetentionStore>().RegisterAsync([host.Tenant(Acme, symbols) with { Retention = kept }], now, default);
        var chunks = await host.PlanAsync(run, Acme, [.. symbols.Select(s => new[] { s })]);
        var ledger = Domain.Ingestion.Ledger.Empty;
        foreach (var chunk in chunks)
        {
            Assert.Equal(ChunkResult.Done, (await host.ProcessAsync(chunk)).Result);
            ledger += (await host.ChunkAsync(chunk)).Ledger;
        }

        await host.CoverAsync(chunks);
        await host.Get<RunStore>().PutTableAsync(run, new(Acme, chunks[0].Table, WorkStatus.Completed, null, chunks.Count, chunks.Count, 0, ledger), default);
        await host.Get<RunStore>().SetStatusAsync(run, WorkStatus.Completed, now, default);
        return chunks;
    }

    /// <summary>One retention of the tenant and of runs, step by step.</summary>
    public static async Task RetainAsync(this IngestionHost host)
    {
        var call = new RetentionCall(RetentionPart.Bodies, host.Time.GetUtcNow(), host.Retention, Acme);
        while (await CallAsync<RetainTenant>(host, call) is { } next)
        {
            call = call with { Part = next.Part, After = next.After };
        }

        call = call with { Part = RetentionPart.Runs, Tenant = null, After = null };
        while (await CallAsync<RemoveRuns>(host, call) is { } next)
        {
            call = call with { After = next.After };
        }
    }

    public static async Task<IReadOnlyList<string>> BodiesAsync(this IngestionHost host)
    {
        var found = new List<string>();
        await foreach (var name in host.Get<IBlobStore>().ListAsync("raw/", default))
        {
            found.Add(name);
        }

        return found;
    }

    /// <summary>Every row and body there is.</summary>
    public static async Task<IReadOnlyList<string>> StateAsync(this IngestionHost host) => [.. await host.RowsAsync(All), .. await host.BodiesAsync()];

    private static Task<RetentionStep?> CallAsync<TActivity>(IngestionHost host, RetentionCall call)
        where TActivity : Activity<RetentionCall, RetentionStep?> =>
        ActivatorUtilities.CreateInstance<TActivity>(host.Services).RunAsync(new("test", typeof(TActivity).Name, 1), call, default);
}
