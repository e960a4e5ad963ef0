using System.ComponentModel.DataAnnotations;
using Sentiment.Domain.Tenants;

namespace Sentiment.Domain.Retention;

/// <summary>How long what is stored is kept, in days; a tenant may say otherwise for its own data.</summary>
public sealed record RetentionOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Retention";

    /// <summary>Days after their end that workflow histories are kept; default 7. Their ids stay used.</summary>
    [Range(1, TenantRetention.MaxDays)]
    public int History { get; init; } = 7;

    /// <summary>Days after they were fetched that vendors' answers are kept; default 30, at most <see cref="Chunks"/>.</summary>
    [Range(1, TenantRetention.MaxDays)]
    public int Raw { get; init; } = 30;

    /// <summary>Days after its end that a run is kept, with its chunks, pages and coverage; default 90. An unfinished one of that age is cancelled.</summary>
    [Range(1, TenantRetention.MaxDays)]
    public int Chunks { get; init; } = 90;

    /// <summary>Days after their publication that items, memberships and their index are kept; default 365.</summary>
    [Range(1, TenantRetention.MaxDays)]
    public int Items { get; init; } = 365;

    /// <summary>Days that bars are kept; default 730, at least <see cref="Items"/>.</summary>
    [Range(1, TenantRetention.MaxDays)]
    public int Bars { get; init; } = 730;

    /// <summary>Days after they were fetched that invalid records are kept; default 90.</summary>
    [Range(1, TenantRetention.MaxDays)]
    public int Quarantine { get; init; } = 90;

    /// <summary>Days after they were raised that alerts are kept, with their evidence; default 365. What is still to be delivered stays.</summary>
    [Range(1, TenantRetention.MaxDays)]
    public int Alerts { get; init; } = 365;

    /// <summary>When it begins: NCRONTAB with six fields, seconds first, UTC; default 03:30, and at most once a UTC day.</summary>
    public string Cron { get; init; } = "0 30 3 * * *";

    /// <summary>Seconds that one activity works before it hands back; 0 to 60, default 30.</summary>
    [Range(0, 60)]
    public int Seconds { get; init; } = 30;

    /// <summary>What holds for a tenant, every number set: what it says itself, else these settings; bars never less than items.</summary>
    public TenantRetention For(TenantRetention? tenant)
    {
        var items = tenant?.Items ?? Items;
        return new(items, Math.Max(tenant?.Bars ?? Bars, items), tenant?.Quarantine ?? Quarantine);
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Raw > Chunks)
        {
            yield return new($"at most Retention:Chunks ({Chunks}) expected, found {Raw}: a body is of no use without its page", [nameof(Raw)]);
        }

        if (Bars < Items)
        {
            yield return new($"at least Retention:Items ({Items}) expected, found {Bars}", [nameof(Bars)]);
        }
    }
}
