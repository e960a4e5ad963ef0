using Sentiment.Simulator.Feed;

namespace Sentiment.Simulator.Wire;

/// <summary>What a vendor answers when nothing goes wrong on the way.</summary>
internal sealed record VendorReply(int Status, ReadOnlyMemory<byte> Body, int Records = 0)
{
    /// <summary>The Link header; none when null.</summary>
    public string? Link { get; init; }
}

/// <summary>The faults of a call that change which records a page holds.</summary>
internal sealed record PageFaults(bool IgnoreDates, bool Overlap, bool Duplicates);

/// <summary>One vendor's side of the wire.</summary>
internal interface IVendorApi
{
    Vendor Vendor { get; }

    VendorErrors Errors { get; }

    string? Key(HttpRequest request);

    VendorReply Answer(HttpRequest request, PageFaults faults);
}

/// <summary>The bodies of a vendor's refusals.</summary>
internal sealed record VendorErrors(byte[] WrongKey, byte[] NoEntitlement, byte[] LimitReached)
{
    /// <summary>The status of every refusal, for vendors that refuse with 200; each its own when null.</summary>
    public int? Status { get; init; }
}
