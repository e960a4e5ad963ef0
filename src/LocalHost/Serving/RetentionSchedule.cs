using Cronos;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Retention;

namespace Sentiment.LocalHost.Serving;

/// <summary>Starts each day's retention; one that was missed while the process was down is made up for once.</summary>
internal sealed partial class RetentionSchedule(
    RetentionStarter starter, IOptions<RetentionOptions> options, TimeProvider time, ILogger<RetentionSchedule> logger) : BackgroundService
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan LooksBack = TimeSpan.FromDays(32);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var cron = Schedule.Parse(options.Value.Cron, RetentionOptions.Section);

        // The instance's id says which day it is for, so asking again for a day that has had one changes nothing.
        var now = time.GetUtcNow();
        var last = LastDue(cron, now - LooksBack, now);
        while (!stoppingToken.IsCancellationRequested)
        {
            if (last is { } due)
            {
                await StartAsync(due, stoppingToken).ConfigureAwait(false);
            }

            if (cron.GetNextOccurrence(last ?? now, TimeZoneInfo.Utc) is not { } next)
            {
                return; // The expression names no further time.
            }

            for (now = time.GetUtcNow(); next > now; now = time.GetUtcNow())
            {
                await Task.Delay(next - now < LongestWait ? next - now : LongestWait, time, stoppingToken).ConfigureAwait(false);
            }

            // A machine that slept over several days makes up for them once, too.
            last = LastDue(cron, next, now) ?? next;
        }
    }

    private static DateTimeOffset? LastDue(CronExpression cron, DateTimeOffset from, DateTimeOffset to) =>
        cron.GetOccurrences(from, to, TimeZoneInfo.Utc, fromInclusive: true, toInclusive: true).Cast<DateTimeOffset?>().LastOrDefault();

    private async Task StartAsync(DateTimeOffset due, CancellationToken cancellationToken)
    {
        try
        {
            await starter.StartAsync(due, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(exception);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The retention could not be started; the next one removes what this one would have.")]
    private partial void LogFailed(Exception exception);
}
