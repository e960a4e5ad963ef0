using System.Globalization;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Spectre.Console;

namespace Sentiment.LocalHost.Output;

/// <summary>Shows how a run is doing, from its rows: a bar on a terminal, plain lines elsewhere, nothing beside JSON.</summary>
internal abstract class RunProgress(TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private TimeProvider Time => time;

    public static RunProgress For(bool json, TimeProvider time) =>
        json ? new Silent(time) : Console.IsOutputRedirected ? new Lines(time) : new Bar(time);

    /// <summary>Says which run it is.</summary>
    public virtual void Started(PreparedRun run) => Console.Out.WriteLine(run.IsResumed
        ? $"Run {run.Run.Id}: goes on where it stood, its window ends at {run.Run.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"
        : $"Run {run.Run.Id}: {run.Run.Tenants} tenants");

    /// <summary>Shows progress until the run has ended.</summary>
    public abstract Task WatchAsync(ITableReader reader, string run, Task end, CancellationToken cancellationToken);

    private static string Describe(RunReport report) => string.Create(CultureInfo.InvariantCulture,
        $"{report.TenantTally.Completed + report.TenantTally.Failed}/{report.TenantTally.Total} tenants · "
        + $"{report.ChunkTally.Completed + report.ChunkTally.Failed + report.ChunkTally.Deferred}/{report.ChunkTally.Total} chunks · {report.Records.Read:#,0} records");

    private async Task PollAsync(ITableReader reader, string run, Task end, TimeSpan interval, Action<RunReport> show, CancellationToken cancellationToken)
    {
        while (!end.IsCompleted)
        {
            // Whichever comes first; the end's own failure is thrown by the caller's await.
            await Task.WhenAny(end, Task.Delay(interval, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (await RunReport.ReadAsync(reader, run, cancellationToken).ConfigureAwait(false) is { } report)
            {
                show(report);
            }
        }

        await end.ConfigureAwait(false);
    }

    private sealed class Silent(TimeProvider time) : RunProgress(time)
    {
        public override void Started(PreparedRun run)
        {
            // Standard output belongs to the document.
        }

        public override Task WatchAsync(ITableReader reader, string run, Task end, CancellationToken cancellationToken) => end;
    }

    private sealed class Lines(TimeProvider time) : RunProgress(time)
    {
        public override Task WatchAsync(ITableReader reader, string run, Task end, CancellationToken cancellationToken)
        {
            var last = "";
            return PollAsync(reader, run, end, TimeSpan.FromSeconds(1), report =>
            {
                var line = string.Create(CultureInfo.InvariantCulture, $"  {report.Fraction,4:P0} · {Describe(report)}");
                if (line != last)
                {
                    Console.Out.WriteLine(last = line);
                }
            }, cancellationToken);
        }
    }

    private sealed class Bar(TimeProvider time) : RunProgress(time)
    {
        public override Task WatchAsync(ITableReader reader, string run, Task end, CancellationToken cancellationToken) =>
            AnsiConsole.Progress().AutoClear(true).HideCompleted(false)
                .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ElapsedTimeColumn())
                .StartAsync(context =>
                {
                    var task = context.AddTask("starting", maxValue: 1);
                    var begun = Time.GetTimestamp();
                    long? first = null;
                    return PollAsync(reader, run, end, Interval, report =>
                    {
                        first ??= report.Records.Read;
                        var rate = (report.Records.Read - first.Value) / Math.Max(0.001, Time.GetElapsedTime(begun).TotalSeconds);
                        task.Value = report.Fraction;
                        task.Description = Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{Describe(report)} · {rate:#,0}/s"));
                    }, cancellationToken);
                });
    }
}
