using System.CommandLine;
using System.Text.Json;
using Sentiment.Api;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.LocalHost.Output;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>status</c>: a run, the newest by default, per tenant and table.</summary>
internal static class StatusCommand
{
    public static Command Create(Interrupt interrupt)
    {
        var run = new Argument<string?>("run") { Description = "The run; default the newest.", Arity = ArgumentArity.ZeroOrOne };
        var data = CommandOptions.Data();
        var json = CommandOptions.Json();
        var command = new Command("status", "What ran or is running, per tenant and table.") { run, data, json };
        command.SetAction(async (parsed, _) =>
        {
            var host = CommandHost.Reader(parsed.GetValue(data)!);
            await using var disposing = ((IAsyncDisposable)host).ConfigureAwait(false);
            var reader = host.Services.GetRequiredService<ITableReader>();
            var id = parsed.GetValue(run) ?? (await RunStore.ListAsync(reader, null, 1, null, interrupt.Token).ConfigureAwait(false)).Select(r => r.Run.Id).FirstOrDefault()
                ?? throw new CommandFailure($"No run yet in '{parsed.GetValue(data)}'.", CommandFailure.Failed);
            var report = await ReadAsync(reader, id, interrupt.Token).ConfigureAwait(false);
            var now = host.Services.GetRequiredService<TimeProvider>().GetUtcNow();
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(RunDocument.Of(report, now), ApiJson.Default.RunDocument));
                return 0;
            }

            Show(report);
            await VendorLines.PrintAsync(reader, now, interrupt.Token).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    /// <summary>The report of a run.</summary>
    /// <exception cref="CommandFailure">There is no such run.</exception>
    public static async Task<RunReport> ReadAsync(ITableReader reader, string run, CancellationToken cancellationToken) =>
        await RunReport.ReadAsync(reader, run, cancellationToken).ConfigureAwait(false)
        ?? throw new CommandFailure($"RUN: no run '{run}' in this data folder; 'runs' lists them.", CommandFailure.Failed);

    private static void Show(RunReport report)
    {
        Plain.Line($"Run {report.Run.Id}: {Plain.Of(report.Run.Status)}, {report.Fraction:P0}; started {Plain.Of(report.Run.StartedAt)}"
            + (report.Run.EndedAt is { } ended ? $", ended {Plain.Of(ended)}" : ""));
        var table = Plain.Table("tenant", "table", "status", "chunks", "read", "accepted", "duplicate", "quarantined", "skipped", "holes");
        foreach (var tenant in report.Tenants)
        {
            if (tenant.Tables.Count == 0)
            {
                Plain.Row(table, tenant.Tenant, "", Plain.Of(tenant.Status), "", "", "", "", "", "", "");
            }

            foreach (var row in tenant.Tables)
            {
                var chunks = $"{row.Chunks.Completed}/{row.Chunks.Total}" + (row.Chunks.Failed > 0 ? $", {row.Chunks.Failed} failed" : "") + (row.Chunks.Deferred > 0 ? $", {row.Chunks.Deferred} left" : "");
                Plain.Row(table, tenant.Tenant, row.Table, Plain.Of(row.Status), chunks, Plain.Of(row.Records.Read), Plain.Of(row.Records.Accepted),
                    Plain.Of(row.Records.Duplicate), Plain.Of(row.Records.Quarantined), Plain.Of(row.Records.Skipped), Plain.Of(row.Holes));
            }
        }

        Plain.Print(table);
        Plain.Line($"calls: {RunSummary.Of(report.Calls)}");
        foreach (var field in report.Tenants.SelectMany(t => t.Tables).SelectMany(t => t.Quarantined).GroupBy(q => q.Key, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            Plain.Line($"quarantined for {field.Key}: {Plain.Of(field.Sum(q => q.Value))}");
        }

        foreach (var reason in RunSummary.Reasons(report))
        {
            Plain.Line(reason.Trim());
        }
    }
}
