using Microsoft.Extensions.Logging;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Items;
using Sentiment.Domain.Metrics;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Quotas;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>Evaluates rules on runs, quotas and silent tables: where a tenant's part in a run ends, the last two by the schedule's ticks, too.</summary>
internal sealed partial class StandingRules(
    RuleStore rules, RuleDecision decision, TenantMetricsReader metrics, SourceCatalog sources, ITableReader reader, PriceStore prices, TimeProvider time, ILogger<StandingRules> logger) : IScheduleListener
{
    private const int TenantsAtOnce = 4;
    private const int DaysLookedAt = 64;

    /// <summary>A tenant's part in a run has ended.</summary>
    /// <param name="run">Which run.</param>
    /// <param name="tenant">The tenant as the run has it.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="reason">Why it failed.</param>
    /// <param name="cancellationToken">Gives up; called again, it raises nothing twice.</param>
    public async Task EndAsync(string run, Tenant tenant, WorkStatus status, string? reason, CancellationToken cancellationToken)
    {
        if (!decision.IsWanted)
        {
            return;
        }

        var index = await rules.EnabledAsync(tenant.Id, cancellationToken).ConfigureAwait(false);
        if (index.Standing.Where(r => r.When.Kind == AlertKind.RunFailed).ToList() is { Count: > 0 } onRuns)
        {
            await DecideAsync(tenant.Id, "", onRuns, Measure.Of(status == WorkStatus.Failed ? 1 : 0, 0), (rule, _) => (
                $"Run {run} failed{(reason is null ? "" : ": " + reason)}", new(null, time.GetUtcNow(), 0, [], run, reason)), cancellationToken).ConfigureAwait(false);
        }

        await LookAsync(tenant, index, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks at quotas and silent tables of all tenants but disabled ones; what fails of one leaves the others alone.</summary>
    public Task TickAsync(TenantRoster roster, CancellationToken cancellationToken) => !decision.IsWanted ? Task.CompletedTask : Parallel.ForEachAsync(
        roster.Tenants.Where(t => !t.IsDisabled), new ParallelOptions { MaxDegreeOfParallelism = TenantsAtOnce, CancellationToken = cancellationToken },
        async (tenant, token) =>
        {
            try
            {
                await LookAsync(tenant, await rules.EnabledAsync(tenant.Id, token).ConfigureAwait(false), token).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogFailed(tenant.Id, failure);
            }
        });

    private async Task LookAsync(Tenant tenant, RuleIndex index, CancellationToken cancellationToken)
    {
        foreach (var table in tenant.Tables)
        {
            if (index.Standing.Where(r => r.When.Kind == AlertKind.Silent && (r.When.Table is null || r.When.Table == table)).ToList() is { Count: > 0 } silent)
            {
                await SilenceAsync(tenant, table, silent, cancellationToken).ConfigureAwait(false);
            }
        }

        if (index.Standing.Where(r => r.When.Kind == AlertKind.Quota).ToList() is { Count: > 0 } onQuotas)
        {
            foreach (var vendor in (await metrics.CredentialsAsync(tenant, cancellationToken).ConfigureAwait(false)).GroupBy(c => c.Vendor, StringComparer.Ordinal))
            {
                await QuotaAsync(tenant, vendor.Key, [.. vendor.SelectMany(c => c.Windows)], onQuotas, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task SilenceAsync(Tenant tenant, string table, List<AlertRule> silent, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var newest = await NewestAsync(tenant.Id, table, now, cancellationToken).ConfigureAwait(false);
        foreach (var rule in silent)
        {
            // A table that never brought anything is waited for from when the rule was made.
            var since = newest ?? rule.ChangedAt;
            var minutes = Math.Max(0, (now - since).TotalMinutes);
            await DecideAsync(tenant.Id, table, [rule], Measure.Of(minutes, 0), (_, step) => (
                $"{table}: nothing new for {RuleText.SpanOf(Math.Floor(step.Value))}",
                new(since, now, 0, [], null, newest is null ? $"{table} has brought nothing yet" : $"the newest record of {table} is of {since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}")), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task QuotaAsync(Tenant tenant, string vendor, List<WindowReport> windows, List<AlertRule> onQuotas, CancellationToken cancellationToken)
    {
        // A second's or a minute's calls are back at once; they count only where a vendor limits nothing else.
        var lasting = windows.Where(w => w.Window is "hour" or "day" or "month").ToList();
        var scarce = (lasting.Count > 0 ? lasting : windows).Where(w => w.Limit > 0).MinBy(ShareOf);
        var about = onQuotas.FindAll(r => r.When.Table is not { } table || sources.Find(table)?.Vendor == vendor);
        if (scarce is not null && about.Count > 0)
        {
            await DecideAsync(tenant.Id, vendor, about, Measure.Of(ShareOf(scarce), 0), (_, step) => (
                FormattableString.Invariant($"{vendor}: {step.Value:P0} of the calls of a {scarce.Window} left"),
                new(null, time.GetUtcNow(), 0, [], null, FormattableString.Invariant($"{scarce.Limit - scarce.Used} of {scarce.Limit} calls of a {scarce.Window} are left"))), cancellationToken).ConfigureAwait(false);
        }
    }

    // What is leased can still be called.
    private static double ShareOf(WindowReport window) => Math.Max(0, (double)(window.Limit - window.Used) / window.Limit);

    /// <summary>When a table last brought something: the time of its newest record, or when the run began that brought it, whichever is later.</summary>
    private async Task<DateTimeOffset?> NewestAsync(string tenant, string table, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (sources.Find(table) is { Kind: StreamKind.Prices })
        {
            return await NewestBarAsync(tenant, table, now, cancellationToken).ConfigureAwait(false);
        }

        foreach (var day in await DayStore.NewestAsync(reader, tenant, null, Rows.Day(now), DaysLookedAt, cancellationToken).ConfigureAwait(false))
        {
            if (!day.Tables.Contains(table))
            {
                continue;
            }

            var prefix = ItemStore.TablePrefix(table);
            var range = TableRange.Prefix(ItemStore.IndexPartition(tenant, day.Day), prefix, 1) with { From = prefix + Rows.NewestFirst(now) };
            await foreach (var row in reader.QueryAsync(range, cancellationToken).ConfigureAwait(false))
            {
                if (ItemPlace.TryParse(row.Key[prefix.Length..], out var place))
                {
                    return Later(place.At, Rows.Read(row, RowJson.Default.Membership).Chunk);
                }
            }
        }

        return null;
    }

    private async Task<DateTimeOffset?> NewestBarAsync(string tenant, string table, DateTimeOffset now, CancellationToken cancellationToken)
    {
        DateTimeOffset? newest = null;
        foreach (var (_, series, _) in await PriceStore.SeriesAsync(reader, new(PriceStore.SeriesPartition(tenant)), cancellationToken).ConfigureAwait(false))
        {
            if (series.Table == table && await prices.BeforeAsync(tenant, table, series.Symbol, now, cancellationToken).ConfigureAwait(false) is { } bar
                && Later(bar.Time, bar.Chunk) is var at && !(at <= newest))
            {
                newest = at;
            }
        }

        return newest;
    }

    private static DateTimeOffset Later(DateTimeOffset at, string chunk) =>
        RunRow.StartOf(chunk[..Math.Max(0, chunk.IndexOf('|', StringComparison.Ordinal))]) is { } begun && begun > at ? begun : at;

    private Task DecideAsync(
        string tenant, string about, List<AlertRule> open, Measure measure, Func<AlertRule, RuleStep, (string, AlertEvidence)> tell, CancellationToken cancellationToken) =>
        decision.DecideAsync(
            tenant, about, open, _ => Task.FromResult<Func<AlertRule, MeasuredNow>>(_ => new MeasuredNow(measure)),
            (rule, step, _) => Task.FromResult(tell(rule, step)), (_, _) => { }, cancellationToken);

    [LoggerMessage(Level = LogLevel.Error, Message = "The rules of tenant {Tenant} could not be looked at; the next tick tries again.")]
    private partial void LogFailed(string tenant, Exception failure);
}
