using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Sentiment.Domain.Live;

namespace Sentiment.LocalHost.Live;

/// <summary>A client is not let in.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="problem">What was expected.</param>
internal sealed class RefusedException(int status, string problem) : Exception(problem)
{
    public int Status { get; } = status;
}

/// <summary>The connections there are, those that may yet be recovered included, and the keys that may have none.</summary>
internal sealed class HubConnections(IOptions<LiveHubOptions> options, TimeProvider time)
{
    private const int MaxRevoked = 100_000;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HubConnection> _all = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _revoked = new(StringComparer.Ordinal);
    private bool _hasStopped;

    /// <summary>Opens a connection.</summary>
    /// <exception cref="RefusedException">There are as many as there may be, the key was revoked, or the server stops.</exception>
    public HubConnection Open(HubUser user, bool isReliable, Action<HubConnection> overflowed)
    {
        lock (_gate)
        {
            if (_hasStopped)
            {
                throw new RefusedException(StatusCodes.Status503ServiceUnavailable, "connections: the server is stopping");
            }

            if (_revoked.ContainsKey(user.Name))
            {
                throw new RefusedException(StatusCodes.Status401Unauthorized, "access_token: the key was revoked");
            }

            var own = _counts.GetValueOrDefault(user.Name);
            if (own >= options.Value.ConnectionsPerKey)
            {
                throw new RefusedException(StatusCodes.Status429TooManyRequests, $"connections: at most {options.Value.ConnectionsPerKey} of one key expected");
            }

            if (_all.Count >= options.Value.Connections)
            {
                throw new RefusedException(StatusCodes.Status503ServiceUnavailable, $"connections: the server has {options.Value.Connections}, as many as it may have");
            }

            var connection = new HubConnection(Secret(), user, isReliable ? Secret() : null, options.Value, time) { Overflowed = overflowed };
            _all.Add(connection.Id, connection);
            _counts[user.Name] = own + 1;
            return connection;
        }
    }

    /// <summary>The reliable connection that a client lost; null: there is none.</summary>
    public HubConnection? Find(string id, string reconnectionToken)
    {
        lock (_gate)
        {
            return _all.TryGetValue(id, out var connection) && connection.ReconnectionToken is { } expected
                && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(reconnectionToken)) ? connection : null;
        }
    }

    public void Remove(HubConnection connection)
    {
        lock (_gate)
        {
            if (_all.Remove(connection.Id) && --_counts[connection.User.Name] == 0)
            {
                _counts.Remove(connection.User.Name);
            }
        }
    }

    public HubConnection[] All()
    {
        lock (_gate)
        {
            return [.. _all.Values];
        }
    }

    /// <summary>Opens no more connections of a key, whose URLs are good for a while yet, and says which there are.</summary>
    public HubConnection[] Revoke(string user)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_revoked.Count >= MaxRevoked)
            {
                foreach (var (old, _) in _revoked.Where(r => r.Value <= now).ToList())
                {
                    _revoked.Remove(old);
                }
            }

            _revoked[user] = now + ILiveHub.UrlLife;
            return [.. _all.Values.Where(c => c.User.Name == user)];
        }
    }

    /// <summary>Opens no more connections, and says which there are.</summary>
    public HubConnection[] Stop()
    {
        lock (_gate)
        {
            _hasStopped = true;
            return [.. _all.Values];
        }
    }

    private static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
