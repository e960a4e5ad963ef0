using System.Collections.Concurrent;

namespace Sentiment.LocalHost.Live;

/// <summary>Who is in which group. A group is there while it has members.</summary>
internal sealed class HubGroups
{
    private readonly ConcurrentDictionary<string, Group> _groups = new(StringComparer.Ordinal);

    /// <summary>Adds a member that is not there yet.</summary>
    public void Add(string name, HubConnection member)
    {
        while (!_groups.GetOrAdd(name, _ => new()).TryAdd(member))
        {
            // Its last member has just left; it is about to be gone.
        }
    }

    public void Remove(string name, HubConnection member)
    {
        if (_groups.TryGetValue(name, out var group) && group.RemoveLast(member))
        {
            _groups.TryRemove(KeyValuePair.Create(name, group));
        }
    }

    /// <summary>The members at this moment.</summary>
    public HubConnection[] Members(string name) => _groups.TryGetValue(name, out var group) ? group.Members() : [];

    public bool HasMembers(string name) => _groups.ContainsKey(name);

    private sealed class Group
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<HubConnection, int> _places = [];
        private readonly List<HubConnection> _members = [];
        private HubConnection[]? _told;
        private bool _isGone;

        public bool TryAdd(HubConnection member)
        {
            lock (_gate)
            {
                if (!_isGone && _places.TryAdd(member, _members.Count))
                {
                    _members.Add(member);
                    _told = null;
                }

                return !_isGone;
            }
        }

        /// <summary>Whether nobody is left; then nobody can come back.</summary>
        public bool RemoveLast(HubConnection member)
        {
            lock (_gate)
            {
                if (_places.Remove(member, out var place))
                {
                    var last = _members[^1];
                    _members.RemoveAt(_members.Count - 1);
                    if (last != member)
                    {
                        _members[place] = last;
                        _places[last] = place;
                    }

                    _told = null;
                }

                return _isGone = _members.Count == 0;
            }
        }

        // Made anew only where somebody came or went since the last message.
        public HubConnection[] Members()
        {
            lock (_gate)
            {
                return _told ??= [.. _members];
            }
        }
    }
}
