using System.Globalization;
using System.Net;
using System.Text;

namespace Sentiment.Domain.Alerts.Delivery;

/// <summary>Writes what a mail about alerts says, as text and as HTML; nothing of a vendor's text becomes markup, and nothing is loaded.</summary>
internal static class AlertMail
{
    private const int MaxSubject = 150;

    /// <summary>A mail's subject and bodies.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="alerts">The alerts shown, at least one, all of one rule.</param>
    /// <param name="more">Further ones.</param>
    /// <param name="home">Where the dashboard is; null: no link.</param>
    /// <param name="unsubscribe">Where the reader ends it; null: no link.</param>
    public static (string Subject, string Text, string Html) Write(string tenant, IReadOnlyList<AlertDocument> alerts, int more, Uri? home, Uri? unsubscribe)
    {
        var (text, html) = (new StringBuilder(), new StringBuilder());
        html.Append("<!DOCTYPE html><html><head><meta charset=\"utf-8\"></head><body style=\"font-family:sans-serif;max-width:42em\">");
        foreach (var alert in alerts)
        {
            Add(text, html, alert);
        }

        if (more > 0)
        {
            Paragraph(text, html, FormattableString.Invariant($"And {more} more alerts of this rule, which are in the inbox."));
        }

        html.Append("<hr>");
        text.Append("-- \r\n");
        if (InboxOf(home, tenant, alerts, more) is { } inbox)
        {
            Link(text, html, "Dashboard", inbox);
        }

        if (unsubscribe is not null)
        {
            Link(text, html, "No more mail of this rule", unsubscribe);
        }

        html.Append("</body></html>");
        return (Subject(alerts, more), text.ToString(), html.ToString());
    }

    /// <summary>One line about the alerts.</summary>
    public static string Subject(IReadOnlyList<AlertDocument> alerts, int more)
    {
        var line = alerts.Count + more == 1 ? Plain(alerts[0].Summary)
            : string.Create(CultureInfo.InvariantCulture, $"{Plain(alerts[0].Rule.Name)}: {alerts.Count + more} alerts");
        return "[Sentiment] " + (line.Length <= MaxSubject ? line : line[..MaxSubject] + "…");
    }

    /// <summary>An alert, or where there are several the inbox, on the dashboard; null where the dashboard is not known.</summary>
    public static Uri? InboxOf(Uri? home, string tenant, IReadOnlyList<AlertDocument> alerts, int more) =>
        home is null ? null : new(Under(home, $"#/{tenant}/alerts" + (alerts.Count + more == 1 ? "/" + alerts[0].Id : "")));

    /// <summary>An address under another.</summary>
    public static string Under(Uri home, string path) => $"{home.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{path}";

    /// <summary>A text without line ends, other control characters, and those that turn the direction of what follows.</summary>
    public static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) || c is (>= '\u2028' and <= '\u202e') or (>= '\u2066' and <= '\u2069') ? ' ' : c));

    private static void Add(StringBuilder text, StringBuilder html, AlertDocument alert)
    {
        var summary = Plain(alert.Summary);
        text.Append(summary).Append("\r\n\r\n");
        html.Append("<h2>").Append(Encode(summary)).Append("</h2><table>");
        foreach (var (name, value) in Facts(alert))
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
            html.Append("<tr><td style=\"padding-right:1em\">").Append(Encode(name)).Append("</td><td>").Append(Encode(value)).Append("</td></tr>");
        }

        html.Append("</table>");
        text.Append("\r\n");
        if (alert.Evidence.Items is { Count: > 0 } items)
        {
            html.Append("<ul>");
            foreach (var item in items)
            {
                var (title, score) = (Plain(item.Title), item.Score.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture));
                text.Append(CultureInfo.InvariantCulture, $"{score}  {title}\r\n        {item.Source}, {Time(item.PublishedAt)}\r\n");
                html.Append("<li>").Append(score).Append(' ');
                if (item.Url is { } url)
                {
                    text.Append(CultureInfo.InvariantCulture, $"        {url.AbsoluteUri}\r\n");
                    html.Append("<a href=\"").Append(Encode(url.AbsoluteUri)).Append("\" rel=\"noreferrer\"><bdi>").Append(Encode(title)).Append("</bdi></a>");
                }
                else
                {
                    html.Append("<bdi>").Append(Encode(title)).Append("</bdi>");
                }

                html.Append("<br><small>").Append(Encode($"{item.Source}, {Time(item.PublishedAt)}")).Append("</small></li>");
            }

            html.Append("</ul>");
            text.Append("\r\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"To evaluate it again: {alert.Evaluate}\r\n\r\n");
        html.Append("<p>To evaluate it again: <code>").Append(Encode(alert.Evaluate)).Append("</code></p>");
    }

    private static IEnumerable<(string Name, string Value)> Facts(AlertDocument alert)
    {
        yield return ("Rule", string.Create(CultureInfo.InvariantCulture, $"{Plain(alert.Rule.Name)} ({alert.Rule.Id}, version {alert.Rule.Version})"));
        yield return ("Kind", alert.Kind);
        if (alert.Symbol.Length > 0) yield return ("About", Plain(alert.Symbol));
        yield return ("Raised", Time(alert.RaisedAt));
        yield return ("Value", alert.Value.ToString("0.######", CultureInfo.InvariantCulture));
        if (alert.Evidence is { From: { } from, To: { } to })
        {
            yield return ("Window", string.Create(CultureInfo.InvariantCulture, $"{Time(from)} to {Time(to)}, {alert.Evidence.Count} items"));
        }

        if (alert.Evidence.Run is { } run) yield return ("Run", Plain(run));
        if (alert.Evidence.Reason is { } reason) yield return ("Reason", Plain(reason));
    }

    private static void Paragraph(StringBuilder text, StringBuilder html, string line)
    {
        text.Append(line).Append("\r\n\r\n");
        html.Append("<p>").Append(Encode(line)).Append("</p>");
    }

    private static void Link(StringBuilder text, StringBuilder html, string name, Uri url)
    {
        text.Append(CultureInfo.InvariantCulture, $"{name}: {url.AbsoluteUri}\r\n");
        html.Append("<p><a href=\"").Append(Encode(url.AbsoluteUri)).Append("\">").Append(Encode(name)).Append("</a></p>");
    }

    private static string Time(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
