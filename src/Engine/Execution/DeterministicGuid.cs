using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sentiment.Engine.Execution;

/// <summary>GUIDs of version 5 (RFC 9562): the same name gives the same GUID.</summary>
internal static class DeterministicGuid
{
    private static readonly Guid Namespace = new("7b6ad1f5-6c0f-4a56-9d0b-5f5c2b0f6a11");

    /// <summary>The GUID of an instance's counter; the generation keeps continue-as-new from repeating any.</summary>
    public static Guid Create(string instanceId, int generation, int counter)
    {
        var name = Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{instanceId}\0{generation}\0{counter}"));
        var input = new byte[16 + name.Length];
        Namespace.TryWriteBytes(input, bigEndian: true, out _);
        name.CopyTo(input, 16);
#pragma warning disable CA5350 // Version 5 is defined by SHA-1; nothing here is a secret.
        Span<byte> hash = SHA1.HashData(input);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
