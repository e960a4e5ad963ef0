using System.ComponentModel.DataAnnotations;

namespace Sentiment.LocalHost.Live;

/// <summary>How much the live hub holds; section <c>Live</c>.</summary>
public sealed record LiveHubOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Live";

    /// <summary>The longest message from a client: 64 KiB.</summary>
    public const int MaxReceivedBytes = 64 * 1024;

    /// <summary>The longest message to clients: 1 MB.</summary>
    public const int MaxSentBytes = 1_000_000;

    /// <summary>Connections in all, those that may yet be recovered included; 1 to 100,000, default 10,000.</summary>
    [Range(1, 100_000)]
    public int Connections { get; init; } = 10_000;

    /// <summary>Connections of one key; 1 to 100,000, default 1,000.</summary>
    [Range(1, 100_000)]
    public int ConnectionsPerKey { get; init; } = 1_000;

    /// <summary>Groups that one connection is in; 1 to 10,000, default 500.</summary>
    [Range(1, 10_000)]
    public int GroupsPerConnection { get; init; } = 500;

    /// <summary>Messages that wait for one connection, or for its acknowledgement, before it is dropped; 1 to 100,000, default 1,000.</summary>
    [Range(1, 100_000)]
    public int QueueMessages { get; init; } = 1_000;

    /// <summary>Megabytes of such messages; 1 to 1,024, default 16.</summary>
    [Range(1, 1_024)]
    public int QueueMegabytes { get; init; } = 16;

    /// <summary>Seconds between two pings to a client; 1 to 3,600, default 20.</summary>
    [Range(1, 3_600)]
    public int PingSeconds { get; init; } = 20;

    /// <summary>Seconds for which a client may leave a ping unanswered, or take nothing of what is sent, before it is dropped; 1 to 3,600, default 40.</summary>
    [Range(1, 3_600)]
    public int SilentSeconds { get; init; } = 40;

    /// <summary>Seconds after a drop for which a reliable connection can be recovered; 1 to 300, default 30.</summary>
    [Range(1, 300)]
    public int RecoverySeconds { get; init; } = 30;
}
