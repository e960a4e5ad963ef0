using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>Knows the key that links in messages are signed with.</summary>
public interface ILinkKey
{
    /// <summary>The key; never logged. Another one makes the links of before worthless.</summary>
    ValueTask<ReadOnlyMemory<byte>> GetAsync(CancellationToken cancellationToken);
}

/// <summary>Lets a reader end the mail of a rule with a link, which is signed, so that nobody makes one for another's address.</summary>
public sealed class Unsubscribing(AlertStore store, ILinkKey key)
{
    private const int MaxToken = 1000;
    private const int SignatureBytes = 16;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>What a link to unsubscribe ends in.</summary>
    public async ValueTask<string> TokenAsync(string tenant, string rule, string address, CancellationToken cancellationToken)
    {
        var payload = Encoding.UTF8.GetBytes($"{tenant}\n{rule}\n{address}");
        return $"{Base64Url.EncodeToString(payload)}.{Base64Url.EncodeToString(await SignAsync(payload, cancellationToken).ConfigureAwait(false))}";
    }

    /// <summary>What a token is about; null: it is none of ours.</summary>
    public async ValueTask<Subscription?> ReadAsync(string token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        var signature = await ReadSignatureAsync(token, cancellationToken).ConfigureAwait(false);
        return signature is { } read && CryptographicOperations.FixedTimeEquals(read.Expected, read.Found) && Strict.GetString(read.Payload).Split('\n') is [var tenant, var rule, var address]
            ? new(tenant, rule, address) : null;
    }

    /// <summary>Ends the mail of a rule to an address.</summary>
    public Task EndAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        return store.UnsubscribeAsync(subscription.Tenant, subscription.Rule, subscription.Address, cancellationToken);
    }

    private async ValueTask<(byte[] Payload, byte[] Expected, byte[] Found)?> ReadSignatureAsync(string token, CancellationToken cancellationToken) =>
        token.Length <= MaxToken && token.Split('.') is [var first, var second] && TryDecode(first, out var payload) && TryDecode(second, out var found)
            ? (payload, await SignAsync(payload, cancellationToken).ConfigureAwait(false), found) : null;

    private static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
        return bytes is not null;
    }

    private async ValueTask<byte[]> SignAsync(byte[] payload, CancellationToken cancellationToken)
    {
        // A key of its own is derived, so that nothing else that is signed with the same one is ever such a token.
        var secret = HMACSHA256.HashData((await key.GetAsync(cancellationToken).ConfigureAwait(false)).Span, "unsubscribe"u8);
        return HMACSHA256.HashData(secret, payload)[..SignatureBytes];
    }
}

/// <summary>Mail of a rule to an address.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Rule">The rule's id.</param>
/// <param name="Address">The address.</param>
public sealed record Subscription(string Tenant, string Rule, string Address);
