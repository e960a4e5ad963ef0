using System.ComponentModel.DataAnnotations;

namespace Sentiment.Adapters.Caching;

/// <summary>How vendors' answers are kept; section <c>Caching</c>.</summary>
public sealed record CachingOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Caching";

    /// <summary>Whether they are kept at all; default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>MiB of memory for answers, compressed; 1 to 4,096, default 64.</summary>
    [Range(1, 4096)]
    public int MemoryMegabytes { get; init; } = 64;

    /// <summary>Hours for which an answer is good while the market is closed, if it does not open before; 1 to 24, default 12.</summary>
    [Range(1, 24)]
    public int ClosedHours { get; init; } = 12;

    /// <summary>Hours after which an answer is not even given where its vendor fails; 0 to 24, default 24; 0 gives none that is out of date.</summary>
    [Range(0, 24)]
    public int StaleHours { get; init; } = 24;

    /// <summary>When the market is open.</summary>
    public MarketOptions Market { get; init; } = new();

    /// <summary>The second level in Redis; without a connection it is in the product's own tables.</summary>
    public RedisOptions Redis { get; init; } = new();

    /// <summary>How long the second level may take before it is done without.</summary>
    internal TimeSpan SecondLevelTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an answer is kept, good or not.</summary>
    internal TimeSpan Life => TimeSpan.FromHours(Math.Max(ClosedHours, StaleHours));

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Redis.IsReference)
        {
            yield return new(RedisOptions.Expected, [$"{nameof(Redis)}:{nameof(RedisOptions.Connection)}"]);
        }

        foreach (var (key, problem) in Market.Problems())
        {
            yield return new(problem, [$"{nameof(Market)}:{key}"]);
        }
    }
}

/// <summary>The Redis that keeps vendors' answers and the documents that are read for all processes; section <c>Caching:Redis</c>.</summary>
public sealed record RedisOptions
{
    /// <summary>Where its connection string is: <c>env:NAME</c> or <c>keyvault:NAME</c>, never the string itself; default none.</summary>
    public string? Connection { get; init; }

    internal const string Expected = "env:NAME or keyvault:NAME expected, never the connection string itself";

    internal bool IsReference => Connection is null or { Length: 0 }
        || Connection.StartsWith("env:", StringComparison.Ordinal) || Connection.StartsWith("keyvault:", StringComparison.Ordinal);
}
