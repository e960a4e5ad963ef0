using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Tenants;

namespace Sentiment.LocalHost.Demo;

/// <summary>An alert rule of the first sample tenant that its first run is sure to meet, so that there is a mail to look at.</summary>
internal static class DemoAlerts
{
    private const int Window = 1440;
    private const int Least = 5;

    /// <summary>Makes the rule unless it is there, or was changed.</summary>
    public static Task AddAsync(IServiceProvider services, TenantRoster roster, CancellationToken cancellationToken)
    {
        var tenant = roster.Tenants[0];
        var symbol = tenant.Symbols[0];
        return services.GetRequiredService<RuleStore>().CreateAsync(
            tenant.Id,
            new("busy", 0, $"{symbol} is in the news", true, [symbol], new(AlertKind.Volume, Window, Least), CooldownMinutes: Window, null, null, [new("analyst@example.com")]),
            cancellationToken);
    }

    /// <summary>Says where the mail is that was written since a time.</summary>
    public static void Tell(string outbox, DateTime since, TextWriter to)
    {
        if (!Directory.Exists(outbox))
        {
            return;
        }

        foreach (var mail in Directory.EnumerateFiles(outbox, "*.eml", SearchOption.AllDirectories).Where(f => File.GetLastWriteTimeUtc(f) >= since).OrderBy(Path.GetFileName, StringComparer.Ordinal))
        {
            to.WriteLine($"Alert mail: {mail}");
        }
    }
}
