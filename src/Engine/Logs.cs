using Microsoft.Extensions.Logging;

namespace Sentiment.Engine;

/// <summary>Every log line of the engine; the ids are stable.</summary>
internal static partial class Logs
{
    [LoggerMessage(2001, LogLevel.Information, "The engine has opened '{Path}' and takes up {Count} instances.")]
    public static partial void EngineStarted(this ILogger logger, string path, int count);

    [LoggerMessage(2002, LogLevel.Information, "The engine has stopped.")]
    public static partial void EngineStopped(this ILogger logger);

    [LoggerMessage(2003, LogLevel.Warning, "Activities did not end within {Timeout} of the stop; they run again after the restart.")]
    public static partial void ActivitiesLeftRunning(this ILogger logger, TimeSpan timeout);

    [LoggerMessage(2004, LogLevel.Warning, "Turns did not end within {Timeout} of the stop; they are done again after the restart.")]
    public static partial void TurnsLeftRunning(this ILogger logger, TimeSpan timeout);

    [LoggerMessage(2010, LogLevel.Information, "Workflow {Name} '{InstanceId}' has ended: {Status}.")]
    public static partial void InstanceEnded(this ILogger logger, string name, string instanceId, string status);

    [LoggerMessage(2011, LogLevel.Warning, "Workflow {Name} '{InstanceId}' has failed with {ErrorType}: {Error}")]
    public static partial void InstanceFailed(this ILogger logger, string name, string instanceId, string errorType, string error);

    [LoggerMessage(2012, LogLevel.Critical, "A turn of '{InstanceId}' could not be written; it is tried again.")]
    public static partial void TurnNotWritten(this ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(2013, LogLevel.Critical, "Instance '{InstanceId}' is left as it stands until the next start.")]
    public static partial void InstanceStuck(this ILogger logger, string instanceId, Exception exception);

    [LoggerMessage(2020, LogLevel.Warning, "Activity {Name} of '{InstanceId}' has failed in attempt {Attempt}.")]
    public static partial void ActivityFailed(this ILogger logger, string name, string instanceId, int attempt, Exception exception);
}
