using System.ComponentModel.DataAnnotations;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>How alerts are delivered.</summary>
public sealed record AlertOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Alerts";

    /// <summary>Sends to a target that may fail before it is given up; default 8.</summary>
    [Range(1, 50)]
    public int Attempts { get; init; } = 8;

    /// <summary>Seconds before the second attempt, twice as many before each further one; default 30.</summary>
    [Range(1, 3600)]
    public int FirstRetrySeconds { get; init; } = 30;

    /// <summary>The most seconds between two attempts; default 3,600.</summary>
    [Range(1, 86_400)]
    public int MaxRetrySeconds { get; init; } = 3600;

    /// <summary>Hours after its first attempt that a delivery is given up, however its target asks to wait; default 48.</summary>
    [Range(1, 720)]
    public int GiveUpHours { get; init; } = 48;

    /// <summary>Where readers find the dashboard: an absolute http or https address; null: messages have no such links.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>Where they find the API, which links to unsubscribe lead to: an absolute http or https address; default <see cref="PublicUrl"/>.</summary>
    public Uri? ApiUrl { get; init; }

    /// <summary>Whether webhooks may be http, and at loopback, private and link-local addresses; default false.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, url) in ((string, Uri?)[])[(nameof(PublicUrl), PublicUrl), (nameof(ApiUrl), ApiUrl)])
        {
            if (url is not null && (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https")))
            {
                yield return new($"'{url}' is no absolute http or https address", [name]);
            }
        }
    }

    /// <summary>How long after a failed attempt the next one is made.</summary>
    /// <param name="failures">Failed attempts, at least 1.</param>
    internal TimeSpan Delay(int failures) => TimeSpan.FromSeconds(Math.Min(MaxRetrySeconds, FirstRetrySeconds * Math.Pow(2, Math.Min(failures - 1, 30))));
}
