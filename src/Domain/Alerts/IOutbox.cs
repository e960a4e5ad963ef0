namespace Sentiment.Domain.Alerts;

/// <summary>Mail that is kept instead of being sent, where there is no mail service.</summary>
public interface IOutbox
{
    /// <summary>How much mail of a tenant there is.</summary>
    Task<long> CountAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>Removes mail of a tenant.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="cancellationToken">Gives up; what was removed is gone.</param>
    /// <returns>How many; fewer than <paramref name="most"/>: there is none left.</returns>
    Task<int> RemoveAsync(string tenant, int most, CancellationToken cancellationToken);
}
