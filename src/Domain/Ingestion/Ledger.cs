namespace Sentiment.Domain.Ingestion;

/// <summary>Where the records of some pages went; read = accepted + duplicate + quarantined, skipped stands beside.</summary>
/// <param name="Accepted">Inserted as new items or bars.</param>
/// <param name="Duplicate">Already there.</param>
/// <param name="Quarantined">Invalid, kept with the reason.</param>
/// <param name="Skipped">Outside the window, or a bar whose period had not ended.</param>
public sealed record Ledger(long Accepted, long Duplicate, long Quarantined, long Skipped)
{
    /// <summary>Nothing yet.</summary>
    public static Ledger Empty { get; } = new(0, 0, 0, 0);

    /// <summary>Records inside the window or invalid.</summary>
    public long Read => Accepted + Duplicate + Quarantined;

    /// <summary>The sum of two ledgers.</summary>
    public static Ledger operator +(Ledger a, Ledger b) =>
        new(a.Accepted + b.Accepted, a.Duplicate + b.Duplicate, a.Quarantined + b.Quarantined, a.Skipped + b.Skipped);

    /// <summary>The sum of two ledgers.</summary>
    public static Ledger Add(Ledger left, Ledger right) => left + right;
}
