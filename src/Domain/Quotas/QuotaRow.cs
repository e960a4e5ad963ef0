using System.Text.Json.Serialization;

namespace Sentiment.Domain.Quotas;

/// <summary>A credential's ledger as stored: what counts in each window, who holds leases, and what keeps everybody from calling.</summary>
internal sealed record QuotaRow
{
    public const string Partition = "quotas";

    /// <summary>The vendor.</summary>
    public required string Vendor { get; init; }

    /// <summary>The start of the secret's SHA-256, in hex.</summary>
    public required string Credential { get; init; }

    /// <summary>What counts in each window.</summary>
    public IReadOnlyList<WindowRow> Windows { get; init; } = [];

    /// <summary>Who holds slots.</summary>
    public IReadOnlyList<LeaseRow> Leases { get; init; } = [];

    /// <summary>Nobody calls before it, for the vendor said so.</summary>
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>The open breaker; null while closed.</summary>
    public BreakerRow? Breaker { get; init; }

    /// <summary>When an interactive call was last asked for, about.</summary>
    public DateTimeOffset? InteractiveAt { get; init; }

    /// <summary>When a scheduled call was last asked for, about.</summary>
    public DateTimeOffset? ScheduledAt { get; init; }

    /// <summary>The row's key.</summary>
    public static string KeyOf(string vendor, string credential) => $"{Storage.TableLimits.Escape(vendor)}|{credential}";

    /// <summary>
    /// The row as it counts now: slots that came free are gone, and what an expired lease held counts as spent until all its
    /// calls have ended and their windows are over.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="owner">Whose own lease stands, expired or not, for the owner knows what became of it.</param>
    public QuotaRow At(DateTimeOffset now, string? owner)
    {
        var expired = Leases.Where(lease => lease.Owner != owner && lease.End + QuotaTerms.Skew <= now).ToList();
        return this with
        {
            Windows = [.. Windows.Select(w => w.At(now, [.. expired.Where(l => l.HeldOf(w.Seconds) > 0)
                .Select(l => new SpentSlots(l.SettledBy + new QuotaWindow(w.Seconds, w.Limit).Counts, l.HeldOf(w.Seconds)))]))],
            Leases = [.. Leases.Except(expired)],
        };
    }

    /// <summary>What is left of a window; may be negative where a limit was lowered.</summary>
    public int Left(QuotaWindow window) => window.Limit - Spent(window.Seconds) - Leases.Sum(lease => lease.HeldOf(window.Seconds));

    /// <summary>Slots that count in a window and are held by nobody.</summary>
    public int Spent(int seconds) => SpentOf(seconds).Sum(spent => spent.Count);

    public IReadOnlyList<SpentSlots> SpentOf(int seconds) => Windows.FirstOrDefault(w => w.Seconds == seconds)?.Spent ?? [];

    /// <summary>When a priority was last asked for.</summary>
    public DateTimeOffset? AskedAt(CallPriority priority) => priority switch
    {
        CallPriority.Interactive => InteractiveAt,
        CallPriority.Scheduled => ScheduledAt,
        _ => null,
    };
}

/// <summary>What counts in a window.</summary>
/// <param name="Seconds">Its length.</param>
/// <param name="Limit">The most calls in it, as the last writer was configured.</param>
/// <param name="Spent">Slots that come free again, earliest first.</param>
internal sealed record WindowRow(int Seconds, int Limit, IReadOnlyList<SpentSlots> Spent)
{
    /// <summary>The window now, with more that was spent; times are rounded up to the window's buckets.</summary>
    public WindowRow At(DateTimeOffset now, IReadOnlyList<SpentSlots> more)
    {
        var bucket = TimeSpan.FromSeconds((double)Seconds / QuotaTerms.Buckets).Ticks;
        var counts = new SortedDictionary<long, int>();
        foreach (var spent in Spent.Concat(more).Where(s => s.Until + QuotaTerms.Skew > now))
        {
            var until = (spent.Until.UtcTicks + bucket - 1) / bucket * bucket;
            counts[until] = counts.GetValueOrDefault(until) + spent.Count;
        }

        return this with { Spent = [.. counts.Select(c => new SpentSlots(new(c.Key, TimeSpan.Zero), c.Value))] };
    }
}

/// <summary>Slots of a window that come free at a time.</summary>
/// <param name="Until">They count until then, by the clock of whoever wrote it.</param>
/// <param name="Count">How many.</param>
internal sealed record SpentSlots(DateTimeOffset Until, int Count);

/// <summary>Slots that a process holds.</summary>
/// <param name="Owner">The process's own name for itself, new at every start.</param>
/// <param name="Turn">Which write of the owner's it is from.</param>
/// <param name="End">No call is begun with them after it.</param>
/// <param name="SettledBy">Every call that was begun has ended by then, and none is under way.</param>
/// <param name="Held">By the window's seconds, how many.</param>
internal sealed record LeaseRow(string Owner, long Turn, DateTimeOffset End, DateTimeOffset SettledBy, IReadOnlyDictionary<int, int> Held)
{
    public int HeldOf(int seconds) => Held.GetValueOrDefault(seconds);
}

/// <summary>An open breaker.</summary>
/// <param name="Opened">How often in a row it was opened; each time for longer.</param>
/// <param name="OpenUntil">Nobody calls before it; after it one process tries one call.</param>
/// <param name="Prober">Who tries.</param>
/// <param name="ProbeUntil">Until when the others wait for its verdict.</param>
internal sealed record BreakerRow(int Opened, DateTimeOffset OpenUntil, string? Prober = null, DateTimeOffset? ProbeUntil = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(QuotaRow))]
internal sealed partial class QuotaJson : JsonSerializerContext;
