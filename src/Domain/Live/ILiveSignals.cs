namespace Sentiment.Domain.Live;

/// <summary>
/// Hears that something which live groups tell has changed. Whoever changes it says so after the write, at once: nothing is
/// waited for and nothing is thrown.
/// </summary>
public interface ILiveSignals
{
    /// <summary>A tenant's part in a run, or a chunk of it, has changed.</summary>
    /// <param name="tenant">The tenant.</param>
    void RunsChanged(string tenant);

    /// <summary>A run has changed for all of its tenants.</summary>
    /// <param name="run">The run.</param>
    void RunChanged(string run);

    /// <summary>What a tenant's dashboard shows was counted anew.</summary>
    /// <param name="tenant">The tenant.</param>
    void MetricsChanged(string tenant);

    /// <summary>An alert was raised, or what is shown of one has changed.</summary>
    /// <param name="tenant">The tenant.</param>
    void AlertsChanged(string tenant);
}
