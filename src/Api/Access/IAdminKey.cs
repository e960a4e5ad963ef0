namespace Sentiment.Api;

/// <summary>Knows the key that may do everything.</summary>
public interface IAdminKey
{
    /// <summary>The key; never logged.</summary>
    ValueTask<string> GetAsync(CancellationToken cancellationToken);
}
