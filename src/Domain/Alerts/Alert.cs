using System.Security.Cryptography;
using System.Text;

namespace Sentiment.Domain.Alerts;

/// <summary>Something that a rule said matters, with the evidence; never changed once it is raised.</summary>
/// <param name="Id">See <see cref="IdOf"/>.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Rule">The rule as it stood.</param>
/// <param name="Symbol">The symbol; for kinds without one the table, vendor or run; empty for none.</param>
/// <param name="RaisedAt">UTC.</param>
/// <param name="Value">What was measured: a mean, a count, a difference, deviations, minutes, a share.</param>
/// <param name="Summary">One line for people.</param>
/// <param name="Evidence">What it was measured from.</param>
public sealed record Alert(
    string Id, string Tenant, AlertRule Rule, string Symbol, DateTimeOffset RaisedAt, double Value, string Summary, AlertEvidence Evidence)
{
    /// <summary>
    /// The same for the same episode, however often it is found: 32 hex digits of SHA-256 over tenant, rule, version, symbol and
    /// the number of the episode.
    /// </summary>
    public static string IdOf(string tenant, string rule, int version, string symbol, long episode) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{tenant}\n{rule}\n{version}\n{symbol}\n{episode}"))).AsSpan(0, 16));

    /// <summary>Whether a text can be an alert's id.</summary>
    public static bool IsId(string text) => text is { Length: 32 } && text.All(char.IsAsciiHexDigitLower);
}

/// <summary>What an alert was measured from.</summary>
/// <param name="From">The window's start; null for kinds without a window.</param>
/// <param name="To">The window's end.</param>
/// <param name="Count">Items in the window.</param>
/// <param name="Items">The newest of them, at most 20.</param>
/// <param name="Run">The run that a failure is about; null for others.</param>
/// <param name="Reason">Why it failed, or what is nearly gone; null for others.</param>
public sealed record AlertEvidence(
    DateTimeOffset? From, DateTimeOffset? To, long Count, IReadOnlyList<EvidenceItem> Items, string? Run = null, string? Reason = null)
{
    /// <summary>The most items.</summary>
    public const int MaxItems = 20;
}

/// <summary>An item as it stood when an alert was raised; its text is the vendor's, and untrusted.</summary>
/// <param name="Id">The item's id.</param>
/// <param name="Table">Its table.</param>
/// <param name="Title">What was scored, cut at 300 characters.</param>
/// <param name="Url">Its link, or null.</param>
/// <param name="PublishedAt">UTC.</param>
/// <param name="Score">−1,000,000 to 1,000,000.</param>
/// <param name="Model">The model that scored it.</param>
/// <param name="Raw">The blob that holds the body it was read from; null where it is no longer kept.</param>
public sealed record EvidenceItem(string Id, string Table, string Title, Uri? Url, DateTimeOffset PublishedAt, int Score, string Model, string? Raw);
