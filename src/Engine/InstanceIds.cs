namespace Sentiment.Engine;

/// <summary>What an instance id may be.</summary>
internal static class InstanceIds
{
    private const int MaxLength = 200;

    /// <summary>Checks an id.</summary>
    /// <exception cref="ArgumentException">It is empty, too long or not valid text.</exception>
    public static void Validate(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        if (instanceId.Length > MaxLength)
        {
            throw new ArgumentException($"An instance id is {MaxLength} characters at most; this has {instanceId.Length}.", nameof(instanceId));
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
