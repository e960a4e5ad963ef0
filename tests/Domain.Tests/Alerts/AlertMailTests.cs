using Sentiment.Domain.Alerts.Delivery;

namespace Sentiment.Domain.Tests.Alerts;

public sealed class AlertMailTests
{
    private static AlertDocument Document(string title, string? url = null, string summary = "AAPL falls") => AlertDocument.Of(new(new(new(
        new string('a', 32), "acme", DeliveryHost.Rule(), "AAPL", DeliveryHost.Start, -0.7, summary,
        new(DeliveryHost.Start.AddHours(-1), DeliveryHost.Start, 1, [new("i", "wire/news", title, url is null ? null : new(url), DeliveryHost.Start, -830_000, "m", null)]))), null));

    private static (string Subject, string Text, string Html) Write(AlertDocument document) =>
        AlertMail.Write("acme", [document], 0, new("https://sentiment.example/"), new("https://sentiment.example/api/unsubscribe/x"));

    [Fact]
    public void It_says_what_where_and_when_with_the_items_and_how_to_go_on()
    {
        var (_, text, html) = Write(Document("Apple cuts its outlook", "https://news.example/1?a=1&b=2"));
        Assert.All(
            [
                "AAPL falls", "It falls (fell, version 1)", "2030-01-10 12:00:00 UTC", "-0.7", "-0.830", "Apple cuts its outlook", "wire/news", $"./sentiment alerts --tenant acme --evaluate {new string('a', 32)}",
                $"https://sentiment.example/#/acme/alerts/{new string('a', 32)}", "https://sentiment.example/api/unsubscribe/x",
            ], part =>
            {
                Assert.Contains(part, text, StringComparison.Ordinal);
                Assert.Contains(part, html, StringComparison.Ordinal);
            });
        Assert.Contains("https://news.example/1?a=1&b=2", text, StringComparison.Ordinal);
        Assert.Contains("href=\"https://news.example/1?a=1&amp;b=2\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_of_a_vendors_text_becomes_markup_a_line_or_another_direction()
    {
        var (subject, text, html) = Write(Document("<img src=x onerror=alert(1)>\r\nBcc: x\u202egnp", "javascript:alert(1)", "AAPL <b>\r\nBcc: victim@x.example"));
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<b>", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("javascript:", text + html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u202e', text + html);
        Assert.DoesNotContain("\nBcc", text + html, StringComparison.Ordinal);
        Assert.Equal("[Sentiment] AAPL <b>  Bcc: victim@x.example", subject);
        Assert.DoesNotContain(" src=\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_subject_is_cut_and_without_an_address_there_are_no_links()
    {
        var (subject, text, html) = AlertMail.Write("acme", [Document("x", summary: new string('y', 500))], 0, null, null);
        Assert.True(subject.Length < 180);
        Assert.DoesNotContain("http", text, StringComparison.Ordinal);
        Assert.DoesNotContain("href", html, StringComparison.Ordinal);
    }
}
