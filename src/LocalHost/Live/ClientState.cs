namespace Sentiment.LocalHost.Live;

/// <summary>What a client has asked for so far: the groups it is in, and which requests were answered.</summary>
internal sealed class ClientState(int maxGroups)
{
    // A repetition comes soon or never.
    private const int Remembered = 1000;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _groups = new(StringComparer.Ordinal);
    private readonly HashSet<ulong> _answered = [];
    private readonly Queue<ulong> _oldest = new();
    private bool _hasEnded;

    /// <summary>Whether a request is new; a repeated one is not done again.</summary>
    public bool IsNew(ulong ackId)
    {
        lock (_gate)
        {
            if (!_answered.Add(ackId))
            {
                return false;
            }

            _oldest.Enqueue(ackId);
            if (_oldest.Count > Remembered)
            {
                _answered.Remove(_oldest.Dequeue());
            }

            return true;
        }
    }

    /// <summary>Joins a group. False: it is in as many as it may be.</summary>
    public bool TryJoin(string group, Action<string> join)
    {
        lock (_gate)
        {
            if (_hasEnded || _groups.Contains(group))
            {
                return true;
            }

            if (_groups.Count == maxGroups)
            {
                return false;
            }

            _groups.Add(group);
            join(group);
            return true;
        }
    }

    public void Leave(string group, Action<string> leave)
    {
        lock (_gate)
        {
            if (_groups.Remove(group))
            {
                leave(group);
            }
        }
    }

    /// <summary>Leaves all groups for good.</summary>
    public void LeaveAll(Action<string> leave)
    {
        lock (_gate)
        {
            _hasEnded = true;
            foreach (var group in _groups)
            {
                leave(group);
            }

            _groups.Clear();
        }
    }
}
