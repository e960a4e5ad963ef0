using System.Globalization;
using Microsoft.Extensions.Configuration;
using Sentiment.Domain.Quotas;

namespace Sentiment.Adapters.Http;

/// <summary>How a vendor is called; section <c>Sources:VENDOR</c>.</summary>
public sealed record SourceOptions
{
    /// <summary>Where the vendor is; absolute, http or https.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Seconds an attempt may take, its body included; 1 to 300, default 30.</summary>
    public int AttemptSeconds { get; init; } = 30;

    /// <summary>Attempts at a call that fails transiently; 1 to 10, default 4.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>The most bytes of a body, decompressed; 1 KiB to 256 MiB, default 32 MiB.</summary>
    public int MaxBodyBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Calls under way from this process at a time; 0 to 1,000, default 8; 0 is no bound.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>Of so many calls in a row nine in ten must fail for a credential to be left alone for a while; 0 to 1,000, default 10; 0 never.</summary>
    public int BreakAfter { get; init; } = 10;

    /// <summary>What the vendor permits a credential; each 0 to 100,000,000, default its free plan's; 0 is no limit.</summary>
    public CallLimits Limits { get; init; } = CallLimits.Unlimited;

    /// <summary>Reads a vendor's section.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="vendor">The section's name below <c>Sources</c>.</param>
    /// <param name="baseUrl">The vendor's own address.</param>
    /// <param name="free">The limits of its free plan; null: none.</param>
    /// <exception cref="ArgumentException">A value is not as expected; the message names its key.</exception>
    public static SourceOptions Read(IConfiguration configuration, string vendor, string baseUrl, CallLimits? free = null)
    {
        var section = configuration.GetSection($"Sources:{vendor}");
        var url = section[nameof(BaseUrl)] ?? baseUrl;
        var standard = new SourceOptions { BaseUrl = new Uri(baseUrl) };
        return new()
        {
            BaseUrl = Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"
                ? parsed : throw new ArgumentException($"Sources:{vendor}:{nameof(BaseUrl)}: '{url}' is no absolute http or https address"),
            AttemptSeconds = Number(section, nameof(AttemptSeconds), standard.AttemptSeconds, 1, 300),
            Attempts = Number(section, nameof(Attempts), standard.Attempts, 1, 10),
            MaxBodyBytes = Number(section, nameof(MaxBodyBytes), standard.MaxBodyBytes, 1024, 256 * 1024 * 1024),
            Concurrency = Number(section, nameof(Concurrency), standard.Concurrency, 0, 1000),
            BreakAfter = Number(section, nameof(BreakAfter), standard.BreakAfter, 0, 1000),
            Limits = ReadLimits(section.GetSection(nameof(Limits)), free ?? CallLimits.Unlimited),
        };
    }

    private static CallLimits ReadLimits(IConfigurationSection section, CallLimits free) => new()
    {
        PerSecond = Number(section, nameof(CallLimits.PerSecond), free.PerSecond, 0, CallLimits.Most),
        PerMinute = Number(section, nameof(CallLimits.PerMinute), free.PerMinute, 0, CallLimits.Most),
        PerHour = Number(section, nameof(CallLimits.PerHour), free.PerHour, 0, CallLimits.Most),
        PerDay = Number(section, nameof(CallLimits.PerDay), free.PerDay, 0, CallLimits.Most),
        PerMonth = Number(section, nameof(CallLimits.PerMonth), free.PerMonth, 0, CallLimits.Most),
    };

    private static int Number(IConfigurationSection section, string key, int standard, int least, int most) =>
        section[key] is not { } text ? standard
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new ArgumentException($"{section.Path}:{key}: '{text}' is no number from {least} to {most}");
}
