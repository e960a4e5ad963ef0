using System.Net.WebSockets;

namespace Sentiment.LocalHost.Live;

/// <summary>A socket of a connection and what waits for it; the connection locks.</summary>
internal sealed class SocketQueue(WebSocket socket)
{
    private readonly Queue<byte[]> _waiting = new();
    private long _stuckBy = long.MaxValue;

    public WebSocket Socket => socket;

    public int Count => _waiting.Count;

    public long Bytes { get; private set; }

    /// <summary>Whether somebody sends over it at present, and will see to what is added.</summary>
    public bool IsSending { get; set; }

    /// <summary>Whether it has been closed towards the client.</summary>
    public bool IsClosed { get; set; }

    /// <summary>When the client is cut off, in UTC ticks, unless it takes what is under way.</summary>
    public long StuckBy { get => Volatile.Read(ref _stuckBy); set => Volatile.Write(ref _stuckBy, value); }

    /// <summary>When the client is cut off whatever it takes, in UTC ticks.</summary>
    public long EndsBy { get; set; } = long.MaxValue;

    public void Add(byte[] json)
    {
        _waiting.Enqueue(json);
        Bytes += json.Length;
    }

    public bool TryTake(out byte[]? json)
    {
        var isThere = _waiting.TryDequeue(out json);
        Bytes -= json?.Length ?? 0;
        return isThere;
    }

    public void Clear()
    {
        _waiting.Clear();
        Bytes = 0;
    }
}
