using Microsoft.Extensions.Configuration;

namespace Sentiment.Adapters.SendGrid;

/// <summary>How mail is sent; section <c>SendGrid</c>.</summary>
public sealed record SendGridOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "SendGrid";

    /// <summary>Where the API key is: <c>env:NAME</c> or <c>keyvault:NAME</c>, never the key itself.</summary>
    public required string ApiKey { get; init; }

    /// <summary>The sender's address, verified at SendGrid.</summary>
    public required string From { get; init; }

    /// <summary>What the sender is called; default <c>Sentiment</c>.</summary>
    public string FromName { get; init; } = "Sentiment";

    /// <summary>Whether SendGrid only checks the mail and delivers nothing; default false.</summary>
    public bool Sandbox { get; init; }

    /// <summary>Where SendGrid is; absolute, http or https.</summary>
    public Uri BaseUrl { get; init; } = new("https://api.sendgrid.com");

    /// <summary>Reads the section; null if it names no key, for then no mail is sent.</summary>
    /// <exception cref="ArgumentException">A value is not as expected; the message names its key.</exception>
    public static SendGridOptions? Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(Section);
        if (section[nameof(ApiKey)] is not { Length: > 0 } key)
        {
            return null;
        }

        var standard = new SendGridOptions { ApiKey = key, From = section[nameof(From)] ?? "" };
        return standard with
        {
            ApiKey = key.StartsWith("env:", StringComparison.Ordinal) || key.StartsWith("keyvault:", StringComparison.Ordinal)
                ? key : throw new ArgumentException($"{Section}:{nameof(ApiKey)}: env:NAME or keyvault:NAME expected, never the key itself"),
            From = standard.From.IndexOf('@', StringComparison.Ordinal) > 0
                ? standard.From : throw new ArgumentException($"{Section}:{nameof(From)}: '{standard.From}' is no address"),
            FromName = section[nameof(FromName)] ?? standard.FromName,
            Sandbox = section[nameof(Sandbox)] is { } sandbox && (bool.TryParse(sandbox, out var isSandbox)
                ? isSandbox : throw new ArgumentException($"{Section}:{nameof(Sandbox)}: '{sandbox}' is neither true nor false")),
            BaseUrl = section[nameof(BaseUrl)] is not { } url ? standard.BaseUrl
                : Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"
                    ? parsed : throw new ArgumentException($"{Section}:{nameof(BaseUrl)}: '{url}' is no absolute http or https address"),
        };
    }
}
