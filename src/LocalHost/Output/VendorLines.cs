using Sentiment.Domain.Quotas;
using Sentiment.Domain.Storage;

namespace Sentiment.LocalHost.Output;

/// <summary>A line for each vendor credential of a data folder: what is left of what the vendor permits.</summary>
internal static class VendorLines
{
    private const int Most = 50;

    public static async Task PrintAsync(ITableReader reader, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var (_, report) in await CredentialReport.ListAsync(reader, now, Most, null, cancellationToken).ConfigureAwait(false))
        {
            var left = report.Windows.Select(w => $"{Plain.Of(w.Left)} of {Plain.Of(w.Limit)} left this {w.Window}");
            var state = report.OpenUntil is { } open ? [$"failing, left alone until {Plain.Of(open)}"]
                : report.PausedUntil is { } paused ? [$"paused until {Plain.Of(paused)}"] : Array.Empty<string>();
            Plain.Line($"{report.Vendor} ({report.Credential[..8]}): {string.Join(", ", left.Concat(state).DefaultIfEmpty("no limit"))}");
        }
    }
}
