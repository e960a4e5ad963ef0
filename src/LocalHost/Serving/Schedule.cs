using System.Text.Json;
using System.Text.Json.Serialization;
using Cronos;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.LocalHost.Data;

namespace Sentiment.LocalHost.Serving;

/// <summary>Starts runs by themselves; ticks missed while the process was down run once.</summary>
internal sealed partial class Schedule(
    RunStarter starter, ScheduledRuns runs, OpenAlerts alerts, IOptions<ScheduleOptions> options, DataFolder folder, TimeProvider time, ILogger<Schedule> logger)
    : BackgroundService
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Reads six NCRONTAB fields.</summary>
    /// <param name="cron">The fields.</param>
    /// <param name="section">The section whose setting they are.</param>
    /// <exception cref="CommandFailure">They are none.</exception>
    public static CronExpression Parse(string cron, string section = ScheduleOptions.Section)
    {
        try
        {
            return CronExpression.Parse(cron, CronFormat.IncludeSeconds);
        }
        catch (CronFormatException exception)
        {
            throw new CommandFailure($"{section}:{nameof(ScheduleOptions.Cron)}: '{cron}' is not six NCRONTAB fields: {exception.Message}", CommandFailure.BadUsage);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var cron = Parse(options.Value.Cron);
        await starter.ResumeAsync(stoppingToken).ConfigureAwait(false);
        await DeliverAsync(stoppingToken).ConfigureAwait(false);
        while (!stoppingToken.IsCancellationRequested)
        {
            var now = time.GetUtcNow();
            var last = ReadLast();
            DateTimeOffset? due = last is null ? now : cron.GetNextOccurrence(last.Value, TimeZoneInfo.Utc);
            if (due is null)
            {
                return; // The expression names no further time.
            }

            if (due > now)
            {
                var wait = due.Value - now;
                await Task.Delay(wait < LongestWait ? wait : LongestWait, time, stoppingToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                // Ticks that pass while a run is waited for are missed ones: they run once.
                await runs.TickAsync(Timeout.InfiniteTimeSpan, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(exception);
            }

            DataFolder.WriteWhole(folder.Schedule, JsonSerializer.Serialize(new LastTick(now), TickJson.Default.LastTick));
        }
    }

    // A process that ended between an alert and its delivery left one that nobody would see to.
    private async Task DeliverAsync(CancellationToken cancellationToken)
    {
        try
        {
            await alerts.SweepAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogUndelivered(exception);
        }
    }

    private DateTimeOffset? ReadLast()
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(folder.Schedule), TickJson.Default.LastTick)?.At;
        }
        catch (Exception exception) when (exception is FileNotFoundException or JsonException)
        {
            return null; // Nothing has run yet: the first run is due.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Alerts that are still to be delivered could not be looked for; the next tick tries again.")]
    private partial void LogUndelivered(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A scheduled run could not be started; the next tick tries again.")]
    private partial void LogFailed(Exception exception);
}

/// <summary>When the schedule last acted.</summary>
internal sealed record LastTick(DateTimeOffset At);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(LastTick))]
internal sealed partial class TickJson : JsonSerializerContext;
