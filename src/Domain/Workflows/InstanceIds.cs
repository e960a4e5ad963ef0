using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sentiment.Domain.Workflows;

/// <summary>
/// What an instance id may be: 1 to 100 characters, none of them a control character or one of <c>/ \ # ?</c>, the first
/// no <c>@</c>. A colon ends the id of a parent and begins a name that its child has under it, so an id tells whose it is.
/// </summary>
public static class InstanceIds
{
    /// <summary>The most characters of an id.</summary>
    public const int MaxLength = 100;

    /// <summary>The most characters of the id of an instance that calls sub-workflows.</summary>
    public const int MaxParentLength = MaxLength - HashLength - 2;

    private const int HashLength = 24;
    private const string Forbidden = "/\\#?";

    /// <summary>Checks the id of an instance that a client starts; it has no colon, for those are of sub-workflows.</summary>
    /// <exception cref="ArgumentException">It is not valid; the message says why.</exception>
    public static void Validate(string instanceId)
    {
        Check(instanceId);
        if (instanceId.Contains(':', StringComparison.Ordinal))
        {
            throw new ArgumentException($"An instance id with a colon is that of a sub-workflow, and only its parent starts it: '{instanceId}'.", nameof(instanceId));
        }
    }

    /// <summary>Checks the id that a workflow gives to a sub-workflow: it begins with its own and a colon.</summary>
    /// <exception cref="ArgumentException">It is not valid; the message says why.</exception>
    public static void ValidateChild(string parentId, string instanceId)
    {
        Check(instanceId);
        if (instanceId.Length < parentId.Length + 2 || instanceId[parentId.Length] != ':' || !instanceId.StartsWith(parentId, StringComparison.Ordinal))
        {
            throw new ArgumentException($"The id of a sub-workflow begins with its parent's and a colon, here '{parentId}:'; this is '{instanceId}'.", nameof(instanceId));
        }
    }

    /// <summary>The id of a child by the name it has under its parent; where that would be too long, a hash ends it.</summary>
    /// <param name="parentId">The parent's id, <see cref="MaxParentLength"/> characters at most.</param>
    /// <param name="name">The child's name.</param>
    /// <exception cref="ArgumentException">The parent's id is too long to have children.</exception>
    public static string Child(string parentId, string name)
    {
        if (parentId.Length > MaxParentLength)
        {
            throw new ArgumentException($"An instance that calls sub-workflows has an id of {MaxParentLength} characters at most; this has {parentId.Length}.", nameof(parentId));
        }

        return Fit($"{parentId}:{name}");
    }

    /// <summary>The id of another attempt of a sub-workflow, for ids are never reused: the second ends in <c>:2</c>.</summary>
    /// <param name="instanceId">The id of the first attempt.</param>
    /// <param name="attempt">The attempt, from 1.</param>
    public static string Attempt(string instanceId, int attempt) =>
        attempt == 1 ? instanceId : Fit(string.Create(CultureInfo.InvariantCulture, $"{instanceId}:{attempt}"));

    private static string Fit(string id) => id.Length <= MaxLength
        ? id : $"{id[..(MaxLength - HashLength - 1)]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))[..HashLength]}";

    private static void Check(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (instanceId.Length > MaxLength)
        {
            throw new ArgumentException($"An instance id is {MaxLength} characters at most; this has {instanceId.Length}.", nameof(instanceId));
        }

        if (instanceId[0] == '@' || instanceId.AsSpan().IndexOfAny(Forbidden) >= 0)
        {
            throw new ArgumentException($"An instance id has none of / \\ # ? and does not begin with @: '{instanceId}'.", nameof(instanceId));
        }

        // Half a surrogate pair or a NUL would not come back from the store as it went in.
        for (var i = 0; i < instanceId.Length; i++)
        {
            var isPair = char.IsSurrogatePair(instanceId, i);
            if (char.IsControl(instanceId[i]) || (char.IsSurrogate(instanceId[i]) && !isPair))
            {
                throw new ArgumentException("An instance id has no control characters.", nameof(instanceId));
            }

            if (isPair) i++;
        }
    }
}
