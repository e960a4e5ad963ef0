namespace Sentiment.Domain.Quotas;

/// <summary>A change of a credential's row that is under way, and what it does to the slots that this process holds.</summary>
/// <param name="Row">The row as it shall be.</param>
/// <param name="Turn">The turn of the lease in it.</param>
/// <param name="End">The lease's end; null where nothing is held after it.</param>
/// <param name="Changes">By window.</param>
internal sealed record LedgerWrite(QuotaRow Row, long Turn, DateTimeOffset? End, IReadOnlyList<SlotChange> Changes)
{
    /// <summary>Whether it leases any slot.</summary>
    public bool Takes => Changes.Any(change => change.Taken > 0);

    /// <summary>Whether it gives any slot back, used or not.</summary>
    public bool Gives => Changes.Any(change => change.Returned > 0 || change.Reports);
}

/// <summary>What a write does to a window's slots.</summary>
/// <param name="Taken">Leased.</param>
/// <param name="Returned">Given back without having been used.</param>
/// <param name="Reports">Whether the used ones are given back with the times until which they count.</param>
internal sealed record SlotChange(int Taken, int Returned, bool Reports)
{
    /// <summary>The used ones, once the write is under way.</summary>
    public IReadOnlyList<DateTimeOffset> Reported { get; init; } = [];
}
