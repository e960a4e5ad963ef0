using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>Has rules looked at every minute, for time alone can end what they are met by.</summary>
internal sealed partial class RuleClock(RuleEvaluator evaluator, TimeProvider time, ILogger<RuleClock> logger) : BackgroundService
{
    /// <summary>How often.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(false);
            try
            {
                await evaluator.TickAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogFailed(failure);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Rules could not be looked at; the next minute tries again.")]
    private partial void LogFailed(Exception failure);
}
