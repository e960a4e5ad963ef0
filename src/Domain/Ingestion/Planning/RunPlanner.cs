using Microsoft.Extensions.Options;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Ingestion.Planning;

/// <summary>Says what a run would cost if it started now: the chunks it would cut, put to what the vendors permit. Writes nothing.</summary>
/// <param name="sources">The tables there are.</param>
/// <param name="vendors">What each vendor permits.</param>
/// <param name="secrets">Whose calls share a credential.</param>
/// <param name="bounds">The run's bounds.</param>
/// <param name="retention">How long tenants keep what.</param>
/// <param name="time">The clock.</param>
public sealed class RunPlanner(
    SourceCatalog sources, IEnumerable<VendorTerms> vendors, ISecrets secrets, IOptions<IngestionOptions> bounds, IOptions<RetentionOptions> retention, TimeProvider time)
{
    private readonly Dictionary<string, VendorTerms> _vendors = vendors.ToDictionary(v => v.Vendor, StringComparer.Ordinal);

    /// <summary>Reckons.</summary>
    /// <param name="tables">Where watermarks and ledgers are.</param>
    /// <param name="request">What the run would be asked; no replay.</param>
    /// <param name="roster">The tenants there are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RunRequestException">The request has problems.</exception>
    public async Task<RunForecast> ForecastAsync(ITableReader tables, RunRequest request, TenantRoster roster, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(roster);
        RunStarter.Check(request, roster.Tenants);
        var now = time.GetUtcNow();
        var run = new RunRow("plan", RunStarter.ArgumentsOf(request, roster), now, null, WorkStatus.Pending, 0, bounds.Value, OverlapPolicy.Skip, Priority: CallPriority.Scheduled);
        var planned = new List<PlannedTable>();
        foreach (var tenant in roster.Tenants.Where(t => request.Tenants.Count == 0 || request.Tenants.Contains(t.Id)))
        {
            foreach (var table in tenant.Tables.Where(t => request.Tables.Count == 0 || request.Tables.Contains(t)).Order(StringComparer.Ordinal))
            {
                planned.Add(await PlannedAsync(tables, run, tenant with { Retention = retention.Value.For(tenant.Retention) }, table, cancellationToken).ConfigureAwait(false));
            }
        }

        var vendorForecasts = new List<VendorForecast>();
        foreach (var shared in planned.Where(p => p.Problem is null).GroupBy(p => (p.Source.Vendor, p.Secret)).OrderBy(g => g.Key.Vendor, StringComparer.Ordinal))
        {
            var terms = _vendors.GetValueOrDefault(shared.Key.Vendor) ?? new(shared.Key.Vendor, CallLimits.Unlimited, TimeSpan.FromSeconds(30), 0, 0);
            var calls = shared.Sum(p => p.Chunks.Sum(c => (long)c.PlannedCalls));
            var forecast = await CallForecast.ReadAsync(tables, terms, shared.Key.Secret, run.Priority, calls, now, cancellationToken).ConfigureAwait(false);
            vendorForecasts.Add(PutTo(forecast, shared.Key.Vendor, shared.Key.Secret, now, [.. shared]));
        }

        // Pages of one chunk follow each other; chunks work side by side as far as the bounds let them.
        var work = planned.Sum(p => p.Calls * p.SecondsPerPage) / Math.Min(bounds.Value.TenantWindow * bounds.Value.TableWindow * bounds.Value.ChunkWindow, Math.Max(1, planned.Sum(p => p.Chunks.Count)));
        return new(
            now, planned.Sum(p => p.Calls), planned.Sum(p => p.Records),
            Math.Round(Math.Max(work / 60, vendorForecasts.Select(v => v.Minutes).DefaultIfEmpty(0).Max()), 1),
            vendorForecasts,
            [.. planned.Select(p => new TableForecast(p.Tenant, p.Source.Table, p.Chunks.Count, p.Calls, p.Records, p.Deferred, p.Problem))]);
    }

    private async Task<PlannedTable> PlannedAsync(ITableReader tables, RunRow run, Tenant tenant, string table, CancellationToken cancellationToken)
    {
        var source = sources.Get(table).Description;
        var watermark = (await TableStateStore.WatermarkAsync(tables, tenant.Id, table, cancellationToken).ConfigureAwait(false))?.Row;
        var chunks = TablePlan.Of(run, tenant, source, watermark);
        var seconds = (watermark?.Pace ?? TablePace.StartOf(source)).SecondsPerPage;
        try
        {
            return new(tenant.Id, source, chunks, await SecretAsync(tenant, source, cancellationToken).ConfigureAwait(false), seconds, null);
        }
        catch (SecretMissingException missing)
        {
            return new(tenant.Id, source, chunks, "", seconds, missing.Message);
        }
    }

    private async Task<string> SecretAsync(Tenant tenant, SourceDescription source, CancellationToken cancellationToken) =>
        tenant.CredentialFor(source) is { } reference ? await secrets.ResolveAsync(reference, cancellationToken).ConfigureAwait(false) : "";

    /// <summary>Gives each chunk its calls in the order in which a run would: tenants take turns.</summary>
    private static VendorForecast PutTo(CallForecast forecast, string vendor, string secret, DateTimeOffset now, List<PlannedTable> tables)
    {
        var (made, deferred, last) = (0L, 0L, now);
        DateTimeOffset? deferredUntil = null;
        foreach (var (table, chunk) in InTurn(tables))
        {
            var done = 0;
            DateTimeOffset at = now;
            for (var call = 0; call < chunk.PlannedCalls; call++)
            {
                at = forecast.Next();
                if (!(at > chunk.WaitsUntil))
                {
                    (done, last) = (done + 1, at);
                }
            }

            made += done;
            table.Calls += done;
            if (done < chunk.PlannedCalls)
            {
                deferred += chunk.PlannedCalls - done;
                deferredUntil = at;
                table.Deferred.Add(new(chunk.Symbols, at));
            }

            table.Records += done == chunk.PlannedCalls ? chunk.PlannedRecords : chunk.PlannedRecords * done / chunk.PlannedCalls;
        }

        return new(
            vendor, secret.Length == 0 ? "" : VendorBudget.NameOf(secret), forecast.Windows, made, Math.Round((last - now).TotalMinutes, 1), deferred, deferredUntil);
    }

    private static IEnumerable<(PlannedTable Table, ChunkRow Chunk)> InTurn(List<PlannedTable> tables)
    {
        var lines = tables.GroupBy(t => t.Tenant, StringComparer.Ordinal)
            .Select(g => new Queue<(PlannedTable, ChunkRow)>(g.SelectMany(t => t.Chunks.Select(c => (t, c))))).ToList();
        while (lines.Count > 0)
        {
            foreach (var line in lines)
            {
                if (line.TryDequeue(out var next))
                {
                    yield return next;
                }
            }

            lines.RemoveAll(line => line.Count == 0);
        }
    }

    /// <summary>A table's chunks, and what comes of them.</summary>
    private sealed record PlannedTable(string Tenant, SourceDescription Source, IReadOnlyList<ChunkRow> Chunks, string Secret, double SecondsPerPage, string? Problem)
    {
        public long Calls { get; set; }

        public long Records { get; set; }

        public List<DeferredSymbols> Deferred { get; } = [];
    }
}
