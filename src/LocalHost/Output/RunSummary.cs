using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sentiment.Api;
using Sentiment.Domain.Ingestion.Runs;

namespace Sentiment.LocalHost.Output;

/// <summary>How a run ended; scripts read it, so its names stay.</summary>
internal sealed record RunSummary(
    string Run, string Status, Tally Tenants, Tally Chunks, RecordsDocument Records, double Seconds, double RecordsPerSecond, CallTally Calls, int Holes)
{
    /// <summary>Prints the summary; returns the exit code.</summary>
    /// <param name="report">The run at its end.</param>
    /// <param name="before">The run as this process found it.</param>
    /// <param name="elapsed">How long this process was at it.</param>
    /// <param name="json">As JSON.</param>
    public static int Print(RunReport report, RunReport before, TimeSpan elapsed, bool json)
    {
        var seconds = Math.Round(elapsed.TotalSeconds, 3);
        var rate = seconds > 0 ? Math.Round((report.Records.Read - before.Records.Read) / seconds, 1) : 0;
        var summary = new RunSummary(
            report.Run.Id, report.Run.Status.ToString().ToLowerInvariant(), report.TenantTally, report.ChunkTally,
            RecordsDocument.Of(report.Records), seconds, rate, report.Calls, report.Holes);
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(summary, SummaryJson.Default.RunSummary));
        }
        else
        {
            summary.PrintText(report);
        }

        return report.Run.Status == WorkStatus.Completed ? 0 : CommandFailure.Failed;
    }

    private void PrintText(RunReport report)
    {
        Console.Out.WriteLine($"Run {Run}: {Status} in {Text(Seconds)} s");
        Console.Out.WriteLine($"  tenants   {Of(Tenants)}");
        Console.Out.WriteLine($"  chunks    {Of(Chunks)}");
        Console.Out.WriteLine(
            $"  records   {Text(Records.Read)} read = {Text(Records.Accepted)} accepted + {Text(Records.Duplicate)} duplicate + {Text(Records.Quarantined)} quarantined"
            + $"; {Text(Records.Skipped)} outside the window; {Text(RecordsPerSecond)} a second");
        Console.Out.WriteLine($"  calls     {Of(Calls)}");
        if (Holes > 0)
        {
            Console.Out.WriteLine($"  holes     {Text(Holes)} left, counted in chunks: see 'coverage', and 'backfill' to fetch them");
        }

        foreach (var line in Reasons(report))
        {
            Console.Out.WriteLine(line);
        }
    }

    /// <summary>Why tables failed or were left out: each reason once, with where it holds.</summary>
    public static IEnumerable<string> Reasons(RunReport report) => report.Tenants
        .SelectMany(t => t.Tables.Where(x => x.Reason is not null).Select(x => (t.Tenant, x.Table, x.Status, Reason: Clean(x.Reason!)))
            .Concat(t.Tables.Count == 0 && t.Reason is not null ? [(t.Tenant, Table: "all tables", t.Status, Reason: Clean(t.Reason))] : []))
        .GroupBy(x => (x.Status, x.Reason))
        .Select(g => $"  {g.Key.Status.ToString().ToLowerInvariant()}: {Where([.. g.Select(x => $"{x.Tenant} {x.Table}")])}: {g.Key.Reason}");

    private static string Where(List<string> places) =>
        places.Count <= 3 ? string.Join(", ", places) : $"{string.Join(", ", places.Take(3))} and {places.Count - 3} more";

    // Reasons may quote a vendor: no control character reaches the terminal.
    private static string Clean(string reason) => string.Concat(reason.Select(c => char.IsControl(c) ? ' ' : c));

    /// <summary>Calls in words.</summary>
    public static string Of(CallTally calls) => $"{Text(calls.Made)} made of {Text(calls.Planned)} planned"
        + (calls.DeferredUntil is { } until ? $", {Text(calls.Deferred)} left for a later run until {Plain.Of(until)}" : "");

    private static string Of(Tally tally) => $"{Text(tally.Completed)} of {Text(tally.Total)} completed" + (tally.Failed > 0 ? $", {Text(tally.Failed)} failed" : "") + (tally.Deferred > 0 ? $", {Text(tally.Deferred)} left for a later run" : "");

    private static string Text(double number) => number.ToString("#,0.#", CultureInfo.InvariantCulture);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RunSummary))]
internal sealed partial class SummaryJson : JsonSerializerContext;
