namespace Sentiment.LocalHost.Live;

/// <summary>What the roles of a token permit. Groups are named one by one, or by patterns where <c>*</c> stops at a dot and <c>**</c> does not.</summary>
internal sealed class Permissions(IReadOnlyCollection<string> roles)
{
    private const string Join = "webpubsub.joinLeaveGroup";
    private const string Send = "webpubsub.sendToGroup";
    private readonly string[] _roles = [.. roles];

    public bool MayJoin(string group) => May(Join, group);

    public bool MaySend(string group) => May(Send, group);

    private bool May(string role, string group)
    {
        foreach (var one in _roles)
        {
            if (one.StartsWith(role, StringComparison.Ordinal) && Covers(one.AsSpan(role.Length), group))
            {
                return true;
            }
        }

        return false;
    }

    // What follows the role's name: nothing, '.GROUP', or 's.PATTERN'.
    private static bool Covers(ReadOnlySpan<char> rest, string group) => rest switch
    {
        [] => true,
        ['.', .. var name] => name.SequenceEqual(group),
        ['s', '.', .. var pattern] => Matches(pattern, group),
        _ => false,
    };

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (pattern is ['*', .. var rest])
        {
            var isAny = rest is ['*', ..];
            rest = isAny ? rest[1..] : rest;
            for (var taken = 0; ; taken++)
            {
                if (Matches(rest, name[taken..]))
                {
                    return true;
                }

                if (taken == name.Length || (name[taken] == '.' && !isAny))
                {
                    return false;
                }
            }
        }

        return pattern.IsEmpty ? name.IsEmpty : !name.IsEmpty && pattern[0] == name[0] && Matches(pattern[1..], name[1..]);
    }
}
