using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;

namespace Sentiment.Adapters.Webhooks;

/// <summary>Writes what webhooks are told, each in its shape; a vendor's text stands where nothing in it has a meaning.</summary>
internal static class WebhookBodies
{
    private const int MaxItems = 5;
    private const int MaxSlackBlocks = 48;
    private const int MaxSlackUrl = 3000;
    private const int MaxSlackHeader = 150;

    /// <summary>The body.</summary>
    public static byte[] Write(WebhookNotice notice) => notice.Target.Shape switch
    {
        WebhookShape.Slack => JsonSerializer.SerializeToUtf8Bytes(Slack(notice)),
        WebhookShape.Teams => JsonSerializer.SerializeToUtf8Bytes(Teams(notice)),
        _ when notice is { Alerts: [var alert], More: 0 } => alert.Write(),
        _ => JsonSerializer.SerializeToUtf8Bytes(Digest(notice)),
    };

    private static JsonObject Digest(WebhookNotice notice) => new()
    {
        ["title"] = notice.Title,
        ["alerts"] = new JsonArray([.. notice.Alerts.Select(a => JsonNode.Parse(a.Write()))]),
        ["more"] = notice.More,
    };

    // A plain_text object is not searched for markup, mentions or links.
    private static JsonObject Slack(WebhookNotice notice)
    {
        var blocks = new List<JsonNode> { new JsonObject { ["type"] = "header", ["text"] = SlackText(Cut(notice.Title, MaxSlackHeader)) } };
        foreach (var alert in notice.Alerts)
        {
            blocks.Add(new JsonObject { ["type"] = "section", ["text"] = SlackText($"{alert.Summary}\n{Facts(alert)}") });
            foreach (var item in Items(alert))
            {
                var section = new JsonObject { ["type"] = "section", ["text"] = SlackText(Line(item)) };
                if (item.Url is { } url && url.AbsoluteUri.Length <= MaxSlackUrl)
                {
                    section["accessory"] = SlackButton("Read", url);
                }

                blocks.Add(section);
            }
        }

        var shown = blocks.Take(MaxSlackBlocks).ToList();
        if (notice.Link is { } link)
        {
            shown.Add(new JsonObject { ["type"] = "actions", ["elements"] = new JsonArray(SlackButton("Dashboard", link)) });
        }

        return new() { ["text"] = SlackEscape(notice.Title), ["blocks"] = new JsonArray([.. shown]) };
    }

    private static JsonObject SlackText(string text) => new() { ["type"] = "plain_text", ["text"] = text, ["emoji"] = false };

    private static JsonObject SlackButton(string name, Uri url) => new() { ["type"] = "button", ["text"] = SlackText(name), ["url"] = url.AbsoluteUri };

    private static string SlackEscape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    // A TextRun is not read as Markdown, as a TextBlock would be.
    private static JsonObject Teams(WebhookNotice notice)
    {
        var body = new List<JsonNode> { TeamsLine(notice.Title, weight: "Bolder", size: "Large") };
        foreach (var alert in notice.Alerts)
        {
            body.Add(TeamsLine(alert.Summary, weight: "Bolder"));
            body.Add(TeamsLine(Facts(alert)));
            body.AddRange(Items(alert).Select(i => TeamsLine(Line(i), link: i.Url)));
        }

        var card = new JsonObject
        {
            ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
            ["type"] = "AdaptiveCard",
            ["version"] = "1.4",
            ["body"] = new JsonArray([.. body]),
        };
        if (notice.Link is { } home)
        {
            card["actions"] = new JsonArray(new JsonObject { ["type"] = "Action.OpenUrl", ["title"] = "Dashboard", ["url"] = home.AbsoluteUri });
        }

        return new()
        {
            ["type"] = "message",
            ["attachments"] = new JsonArray(new JsonObject { ["contentType"] = "application/vnd.microsoft.card.adaptive", ["content"] = card }),
        };
    }

    private static JsonObject TeamsLine(string text, string weight = "Default", string size = "Default", Uri? link = null)
    {
        var run = new JsonObject { ["type"] = "TextRun", ["text"] = text, ["weight"] = weight, ["size"] = size };
        if (link is not null)
        {
            run["selectAction"] = new JsonObject { ["type"] = "Action.OpenUrl", ["url"] = link.AbsoluteUri };
        }

        return new() { ["type"] = "RichTextBlock", ["inlines"] = new JsonArray(run) };
    }

    private static IEnumerable<EvidenceItemDocument> Items(AlertDocument alert) => alert.Evidence.Items?.Take(MaxItems) ?? [];

    private static string Facts(AlertDocument alert) => string.Create(
        CultureInfo.InvariantCulture, $"{alert.Rule.Name}, version {alert.Rule.Version}; {alert.Kind} {alert.Value:0.######}; {alert.RaisedAt:yyyy-MM-dd HH:mm:ss} UTC");

    private static string Line(EvidenceItemDocument item) => string.Create(CultureInfo.InvariantCulture, $"{item.Score:+0.000;-0.000;0.000}  {item.Title} ({item.Source})");

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";
}
