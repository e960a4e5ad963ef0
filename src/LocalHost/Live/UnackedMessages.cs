namespace Sentiment.LocalHost.Live;

/// <summary>The messages of a reliable connection, numbered from 1, that its client has not acknowledged. Its owner locks.</summary>
internal sealed class UnackedMessages
{
    private readonly Queue<byte[]> _all = new();
    private readonly Queue<byte[]> _unsent = new();
    private ulong _acked;

    public int Count => _all.Count;

    public long Bytes { get; private set; }

    public void Add(byte[] message)
    {
        _all.Enqueue(message);
        _unsent.Enqueue(message);
        Bytes += message.Length;
    }

    /// <summary>The next message to send and its number.</summary>
    public bool TryTake(out byte[] message, out ulong sequenceId)
    {
        sequenceId = _acked + (ulong)(_all.Count - _unsent.Count) + 1;
        return _unsent.TryDequeue(out message!);
    }

    /// <summary>Forgets the messages up to a number; what was not sent cannot have come.</summary>
    public void Ack(ulong sequenceId)
    {
        while (_acked < sequenceId && _all.Count > _unsent.Count)
        {
            Bytes -= _all.Dequeue().Length;
            _acked++;
        }
    }

    /// <summary>Begins again with the first that is not acknowledged.</summary>
    public void Rewind()
    {
        _unsent.Clear();
        foreach (var message in _all)
        {
            _unsent.Enqueue(message);
        }
    }
}
