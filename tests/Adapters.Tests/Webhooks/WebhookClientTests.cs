using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Adapters.Webhooks;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Tenants;

namespace Sentiment.Adapters.Tests.Webhooks;

public sealed class WebhookClientTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(Now);

    private static AlertDocument Alert(string title = "Apple <!channel> & *falls*", string? url = "https://news.example/1") => new(
        new string('a', 32), new("fell", 1, "It falls"), "score", "AAPL", Now.UtcDateTime, -0.7, "AAPL falls", "new",
        new(null, null, 1, [new("i", "wire/news", title, url is null ? null : new(url), Now.UtcDateTime, -0.83, "m", null)], null, null), "./sentiment alerts", []);

    private static WebhookNotice Notice(Uri url, WebhookShape shape = WebhookShape.Plain, string? secret = null) =>
        new(new(Webhook: url, Shape: shape, Secret: secret), "id.1", "[Sentiment] AAPL falls <x>", [Alert()], 0, new("https://sentiment.example/#/acme/alerts"));

    private static LoopbackService Service(int status = 200, Action<HttpResponse>? change = null) => new(async (_, response) =>
    {
        response.StatusCode = status;
        change?.Invoke(response);
        await response.WriteAsync("said\nso");
    });

    private WebhookClient Client(bool mayBePrivate = true, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) =>
        new(Options.Create(new AlertOptions { AllowPrivateAddresses = mayBePrivate }), new Known(), _time, resolve);

    [Fact]
    public async Task A_call_carries_its_key_and_a_signature_over_time_and_body()
    {
        await using var service = Service();
        using var client = Client();
        Assert.IsType<MailOutcome.Accepted>(await client.PostAsync(Notice(service.Address, secret: "env:HOOK"), default));
        var call = Assert.Single(service.Seen);
        var stamp = Now.ToUnixTimeSeconds();
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData("secret"u8, Encoding.UTF8.GetBytes($"{stamp}.{call.Body}")));
        Assert.Equal(("POST", "id.1", $"{stamp}", "v1=" + expected), (call.Method, call.Headers["Idempotency-Key"].ToString(), call.Headers["X-Sentiment-Timestamp"].ToString(), call.Headers["X-Sentiment-Signature"].ToString()));
        Assert.Equal("AAPL", JsonDocument.Parse(call.Body).RootElement.GetProperty("symbol").GetString());
    }

    [Fact]
    public async Task Slack_and_Teams_get_their_shapes_with_a_vendors_text_where_nothing_in_it_has_a_meaning()
    {
        await using var service = Service();
        using var client = Client();
        await client.PostAsync(Notice(service.Address, WebhookShape.Slack), default);
        await client.PostAsync(Notice(service.Address, WebhookShape.Teams), default);
        var (slack, teams) = (JsonDocument.Parse(service.Seen.First().Body).RootElement, JsonDocument.Parse(service.Seen.Last().Body).RootElement);
        Assert.Equal("[Sentiment] AAPL falls &lt;x&gt;", slack.GetProperty("text").GetString());
        var blocks = slack.GetProperty("blocks").EnumerateArray().ToList();
        Assert.All(blocks.Where(b => b.TryGetProperty("text", out _)), b => Assert.Equal("plain_text", b.GetProperty("text").GetProperty("type").GetString()));
        Assert.Contains(blocks, b => b.TryGetProperty("accessory", out var button) && button.GetProperty("url").GetString() == "https://news.example/1");
        var card = teams.GetProperty("attachments")[0].GetProperty("content");
        Assert.Equal(("message", "AdaptiveCard"), (teams.GetProperty("type").GetString(), card.GetProperty("type").GetString()));
        Assert.All(card.GetProperty("body").EnumerateArray(), line => Assert.Equal("RichTextBlock", line.GetProperty("type").GetString()));
        Assert.Contains("Apple <!channel> & *falls*", card.GetProperty("body").EnumerateArray().Last().GetProperty("inlines")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500, false)]
    [InlineData(503, false)]
    [InlineData(408, false)]
    [InlineData(429, true)]
    public async Task What_may_pass_is_waited_for_as_long_as_is_asked(int status, bool isAsked)
    {
        await using var service = Service(status, r => r.Headers.RetryAfter = "90");
        using var client = Client();
        var wait = Assert.IsType<MailOutcome.WaitUntil>(await client.PostAsync(Notice(service.Address), default));
        Assert.Equal((Now.AddSeconds(90), isAsked), (wait.Until, wait.IsAsked));
    }

    [Theory]
    [InlineData(400, "it answered 400: said so")]
    [InlineData(404, "it answered 404: said so")]
    [InlineData(302, "it answered 302: redirects are not followed")]
    public async Task Other_answers_refuse_for_good_and_no_redirect_is_followed(int status, string reason)
    {
        await using var elsewhere = Service();
        await using var service = Service(status, r => r.Headers.Location = elsewhere.Address.ToString());
        using var client = Client();
        Assert.Equal(reason, Assert.IsType<MailOutcome.Refused>(await client.PostAsync(Notice(service.Address), default)).Reason);
        Assert.Empty(elsewhere.Seen);
    }

    [Fact]
    public async Task Of_a_long_answer_little_is_read()
    {
        await using var service = new LoopbackService(async (_, response) =>
        {
            response.StatusCode = 400;
            for (var i = 0; i < 10_000 && !response.HttpContext.RequestAborted.IsCancellationRequested; i++)
            {
                await response.WriteAsync(new string('x', 1000));
            }
        });
        using var client = Client();
        Assert.True(Assert.IsType<MailOutcome.Refused>(await client.PostAsync(Notice(service.Address), default)).Reason.Length < 400);
    }

    [Theory]
    [InlineData("http://hooks.example/x", "an https address expected")]
    [InlineData("https://127.0.0.1/x", "'127.0.0.1' is at no address of the public internet")]
    [InlineData("https://[::1]/x", "'[::1]' is at no address of the public internet")]
    [InlineData("https://169.254.169.254/latest", "'169.254.169.254' is at no address of the public internet")]
    [InlineData("https://hooks.example/x", "'hooks.example' is at no address of the public internet")]
    public async Task What_is_not_on_the_public_internet_is_not_called_however_its_name_is_written(string url, string reason)
    {
        using var client = Client(mayBePrivate: false, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("10.0.0.7"), IPAddress.Parse("::ffff:192.168.1.1")]));
        Assert.Equal(reason, Assert.IsType<MailOutcome.Refused>(await client.PostAsync(Notice(new(url)), default)).Reason);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("172.16.0.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("168.63.129.16", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    public void Public_addresses_are_told_from_others(string address, bool isPublic) => Assert.Equal(isPublic, PublicAddresses.Contain(IPAddress.Parse(address)));

    [Fact]
    public async Task A_receiver_that_cannot_be_reached_is_a_wait()
    {
        var service = Service();
        var address = service.Address;
        await service.DisposeAsync();
        using var client = Client();
        Assert.False(Assert.IsType<MailOutcome.WaitUntil>(await client.PostAsync(Notice(address), default)).IsAsked);
        Assert.Equal("no such secret", Assert.IsType<MailOutcome.WaitUntil>(await client.PostAsync(Notice(address, secret: "env:NONE"), default)).Reason);
    }

    private sealed class Known : ISecrets
    {
        public ValueTask<string> ResolveAsync(string reference, CancellationToken cancellationToken) =>
            new(reference == "env:HOOK" ? "secret" : throw new SecretMissingException("no such secret"));
    }
}
