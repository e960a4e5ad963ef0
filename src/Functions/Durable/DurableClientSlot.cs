using Microsoft.DurableTask.Client;

namespace Sentiment.Functions.Durable;

/// <summary>
/// Holds the durable client of this process. The Functions host gives it only to functions that bind it; they put it
/// here, for services to use.
/// </summary>
public sealed class DurableClientSlot
{
    private volatile DurableTaskClient? _client;

    /// <summary>The client.</summary>
    /// <exception cref="InvalidOperationException">No function has put one here yet.</exception>
    public DurableTaskClient Client => _client ?? throw new InvalidOperationException("No function of this process that binds the durable client has run yet.");

    /// <summary>Puts the client here; a later one replaces it.</summary>
    public void Fill(DurableTaskClient client) => _client = client;
}
