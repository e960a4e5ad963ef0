using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sentiment.Domain.Caching;

/// <summary>Makes the documents that are asked for most again after new pages put an end to them, one at a time.</summary>
public sealed partial class DocumentWarming(DocumentCache cache, DocumentWarmth warmth, TimeProvider time, ILogger<DocumentWarming> log) : BackgroundService
{
    /// <summary>Pages come in bursts: so long is waited for the next before anything is made again.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    [SuppressMessage("Design", "CA1031", Justification = "Whoever asks for the document meets the failure; nothing here depends on it.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var (key, make) = await warmth.NextAsync(stoppingToken).ConfigureAwait(false);
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(false);
                await cache.WarmAsync(key, make, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                NotWarmed(log, exception);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "A document could not be made again ahead of time.")]
    private static partial void NotWarmed(ILogger logger, Exception exception);
}
