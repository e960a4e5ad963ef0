using System.Text.Json;
using System.Text.Json.Serialization;
using Cronos;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Tenants;
using Sentiment.LocalHost.Data;

namespace Sentiment.LocalHost.Serving;

/// <summary>Starts runs by themselves; ticks missed while the process was down run once.</summary>
internal sealed partial class Schedule(
    RunStarter starter, TenantRoster roster, IOptions<ScheduleOptions> options, DataFolder folder, TimeProvider time, ILogger<Schedule> logger)
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
                await TickAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailed(exception);
            }

            DataFolder.WriteWhole(folder.Schedule, JsonSerializer.Serialize(new LastTick(now), TickJson.Default.LastTick));
        }
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        if (await starter.UnfinishedAsync(RunRequest.Everything, roster, cancellationToken).ConfigureAwait(false) is { } unfinished)
        {
            switch (options.Value.Overlap)
            {
                case OverlapPolicy.QueueOne:
                    // Ticks that pass meanwhile are missed ones: they run once.
                    await starter.WaitForEndAsync(unfinished.Id, cancellationToken).ConfigureAwait(false);
                    break;
                case OverlapPolicy.Cancel:
                    await starter.CancelAsync(unfinished.Id, "cancelled by the next scheduled run", cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    LogSkipped(unfinished.Id);
                    return;
            }
        }

        await starter.StartAsync(RunRequest.Everything, roster, options.Value.Overlap, cancellationToken).ConfigureAwait(false);
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

    [LoggerMessage(Level = LogLevel.Information, Message = "A scheduled run was skipped: {Run} is not finished.")]
    private partial void LogSkipped(string run);

    [LoggerMessage(Level = LogLevel.Error, Message = "A scheduled run could not be started; the next tick tries again.")]
    private partial void LogFailed(Exception exception);
}

/// <summary>When the schedule last acted.</summary>
internal sealed record LastTick(DateTimeOffset At);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(LastTick))]
internal sealed partial class TickJson : JsonSerializerContext;
