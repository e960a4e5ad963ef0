using System.Buffers;
using System.Net.WebSockets;

namespace Sentiment.LocalHost.Live;

/// <summary>
/// A client as the hub knows it. It sends over one socket at a time; a reliable one may lose its socket and be recovered over another. What
/// is sent waits in a bounded queue, and whoever finds nobody sending sends: a client that takes what it is sent costs no hand-over between
/// threads, and one that does not keeps nobody waiting.
/// </summary>
internal sealed class HubConnection(string id, HubUser user, string? reconnectionToken, LiveHubOptions options, TimeProvider time)
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private readonly UnackedMessages? _unacked = reconnectionToken is null ? null : new();
    private SocketQueue? _queue;
    private long _lostBy = long.MaxValue;
    private (WebSocketCloseStatus Status, string Reason)? _end;

    public string Id => id;

    public HubUser User => user;

    /// <summary>What a client must know to recover the connection; null: it is not reliable.</summary>
    public string? ReconnectionToken => reconnectionToken;

    /// <summary>Whether it is being closed, or has been.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_gate)
            {
                return _end is not null;
            }
        }
    }

    /// <summary>What it has asked for so far.</summary>
    public ClientState State { get; } = new(options.GroupsPerConnection);

    /// <summary>Called when more waits for the client than may.</summary>
    public required Action<HubConnection> Overflowed { get; init; }

    /// <summary>Sends over a socket from now on; an earlier one is given up. False: the connection has ended.</summary>
    public bool Attach(WebSocket socket)
    {
        SocketQueue? before;
        var queue = new SocketQueue(socket) { IsSending = true };
        queue.Add(ServerFrames.Connected(user.Name, id, reconnectionToken));
        lock (_gate)
        {
            if (_end is not null)
            {
                return false;
            }

            _unacked?.Rewind();
            before = _queue;
            _queue = queue;
            _lostBy = long.MaxValue;
        }

        before?.Socket.Abort();
        Send(queue);
        return true;
    }

    /// <summary>Forgets a socket that has come to its end. True: the connection is to end with it.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="isLost">Whether the client did not mean it to end, and may come back.</param>
    public bool Detach(WebSocket socket, bool isLost)
    {
        lock (_gate)
        {
            if (_queue?.Socket != socket)
            {
                return false;
            }

            _queue = null;
            _lostBy = In(TimeSpan.FromSeconds(options.RecoverySeconds));
            return !isLost || _unacked is null || _end is not null;
        }
    }

    /// <summary>Sends a message to the client.</summary>
    public void SendMessage(byte[] json) => Send(json, _unacked);

    /// <summary>Answers the client; an answer that is lost with its socket is not repeated.</summary>
    public void SendAnswer(byte[] json) => Send(json, null);

    /// <summary>Notes up to which message the client has them.</summary>
    public void Acked(ulong sequenceId)
    {
        lock (_gate)
        {
            _unacked?.Ack(sequenceId);
        }
    }

    /// <summary>Ends the connection: tells the client why, then closes. True: it has no socket that has yet to come to its end.</summary>
    public bool End(WebSocketCloseStatus status, string reason)
    {
        SocketQueue? queue;
        lock (_gate)
        {
            queue = _queue;
            if (_end is not null || queue is null)
            {
                _end ??= (status, reason);
                return queue is null;
            }

            _end = (status, reason);

            queue.Clear();
            queue.Add(ServerFrames.Disconnected(reason));
            queue.EndsBy = In(EndLimit);
            if (queue.IsSending)
            {
                return false;
            }

            queue.IsSending = true;
        }

        Send(queue);
        return false;
    }

    /// <summary>Cuts off a client that does not take what is sent, or its end. True: it was lost and has not come back in time, so it has ended.</summary>
    public bool Check()
    {
        var now = time.GetUtcNow().UtcTicks;
        SocketQueue? queue;
        lock (_gate)
        {
            queue = _queue;
            if (queue is null && _end is null && _lostBy <= now)
            {
                _end = (WebSocketCloseStatus.PolicyViolation, "");
                return true;
            }
        }

        if (queue is not null && (queue.EndsBy <= now || queue.StuckBy <= now))
        {
            queue.Socket.Abort();
        }

        return false;
    }

    private void Send(byte[] json, UnackedMessages? unacked)
    {
        SocketQueue? queue;
        bool isFull;
        lock (_gate)
        {
            queue = _queue;
            if (_end is not null || (queue is null && unacked is null))
            {
                return;
            }

            if (unacked is null)
            {
                queue!.Add(json);
                isFull = IsFull(queue.Count, queue.Bytes);
            }
            else
            {
                unacked.Add(json);
                isFull = IsFull(unacked.Count, unacked.Bytes);
            }

            if (!isFull)
            {
                if (queue is null || queue.IsSending)
                {
                    return;
                }

                queue.IsSending = true;
            }
        }

        if (isFull)
        {
            Overflowed(this);
        }
        else
        {
            Send(queue!);
        }
    }

    // Sends what waits; where the socket does not take it at once, goes on when it does.
    private void Send(SocketQueue queue)
    {
        while (TryTake(queue, out var next))
        {
            try
            {
                var sending = BeginSend(queue, next);
                if (!sending.IsCompletedSuccessfully)
                {
                    _ = GoOnAsync(queue, sending, next);
                    return;
                }

                sending.GetAwaiter().GetResult();
            }
            catch (Exception exception) when (IsOfSocket(exception))
            {
                queue.Socket.Abort(); // Its reader sees to the rest.
                return;
            }

            Return(next);
        }
    }

    private async Task GoOnAsync(SocketQueue queue, ValueTask sending, Outgoing next)
    {
        try
        {
            while (true)
            {
                queue.StuckBy = In(TimeSpan.FromSeconds(options.SilentSeconds));
                await sending.ConfigureAwait(false);
                queue.StuckBy = long.MaxValue;
                Return(next);
                if (!TryTake(queue, out next))
                {
                    return;
                }

                sending = BeginSend(queue, next);
            }
        }
        catch (Exception exception) when (IsOfSocket(exception))
        {
            queue.Socket.Abort();
        }
    }

    private ValueTask BeginSend(SocketQueue queue, Outgoing next) => next.IsEnd
        ? new(queue.Socket.CloseOutputAsync(_end!.Value.Status, Short(_end.Value.Reason), CancellationToken.None))
        : queue.Socket.SendAsync(next.Json, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private bool TryTake(SocketQueue queue, out Outgoing next)
    {
        byte[]? message;
        ulong sequenceId = 0;
        next = default;
        lock (_gate)
        {
            if (_queue != queue)
            {
                return false; // Recovered over another socket.
            }

            if (!queue.TryTake(out message) && (_end is not null || _unacked?.TryTake(out message, out sequenceId) != true))
            {
                if (_end is null || queue.IsClosed)
                {
                    return queue.IsSending = false;
                }

                queue.IsClosed = true;
                next = new(default, null, IsEnd: true);
                return true;
            }
        }

        if (sequenceId == 0)
        {
            next = new(message, null, IsEnd: false);
            return true;
        }

        var numbered = ArrayPool<byte>.Shared.Rent(message!.Length + ServerFrames.SequenceBytes);
        next = new(numbered.AsMemory(0, ServerFrames.WithSequence(message, sequenceId, numbered)), numbered, IsEnd: false);
        return true;
    }

    private static void Return(Outgoing sent)
    {
        if (sent.Rented is { } rented)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private bool IsFull(int messages, long bytes) => messages > options.QueueMessages || bytes > options.QueueMegabytes * 1_000_000L;

    private long In(TimeSpan span) => (time.GetUtcNow() + span).UtcTicks;

    // A close frame has room for 123 bytes of it.
    private static string Short(string reason) => reason.Length <= 120 ? reason : reason[..120];

    private static bool IsOfSocket(Exception exception) =>
        exception is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;

    /// <summary>What is sent next: a frame, in a buffer to be returned or not, or the end.</summary>
    private readonly record struct Outgoing(ReadOnlyMemory<byte> Json, byte[]? Rented, bool IsEnd);
}
