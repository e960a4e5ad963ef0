using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Adapters.SendGrid;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Tenants;

namespace Sentiment.Adapters.Tests.SendGrid;

public class SendGridMailerTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Mail Mail = new("ops@acme.example", "AAPL fell", "Below the line.", "<p>Below the line.</p>", "<alert-7.1@sentiment>", new("https://sentiment.example/u/1")) { Tenant = "acme" };
    private readonly FakeTimeProvider _time = new(Now);

    private static LoopbackService Service(int status, string? reset = null, string body = "") => new(async (_, response) =>
    {
        response.StatusCode = status;
        if (reset is not null)
        {
            response.Headers["X-RateLimit-Reset"] = reset;
        }

        await response.WriteAsync(body);
    });

    private SendGridMailer Mailer(Uri address, bool sandbox = false, Keys? keys = null) => new(
        new SendGridOptions { ApiKey = "env:KEY", From = "alerts@sentiment.example", Sandbox = sandbox, BaseUrl = address },
        SendGridServices.Http(), keys ?? new Keys(), _time);

    private Task<MailOutcome> SendAsync(LoopbackService service, bool sandbox = false) => Mailer(service.Address, sandbox).SendAsync(Mail, default);

    [Fact]
    public async Task A_mail_arrives_with_its_addresses_bodies_and_id_and_is_accepted()
    {
        await using var service = Service(202);
        Assert.IsType<MailOutcome.Accepted>(await SendAsync(service));
        var request = Assert.Single(service.Seen);
        Assert.Equal(("POST", "/v3/mail/send", "Bearer key-1"), (request.Method, request.Path, request.Headers.Authorization.ToString()));
        var mail = JsonDocument.Parse(request.Body).RootElement;
        Assert.Equal("alerts@sentiment.example", mail.GetProperty("from").GetProperty("email").GetString());
        var person = Assert.Single(mail.GetProperty("personalizations").EnumerateArray().ToList());
        Assert.Equal("ops@acme.example", Assert.Single(person.GetProperty("to").EnumerateArray().ToList()).GetProperty("email").GetString());
        Assert.Equal("<alert-7.1@sentiment>", person.GetProperty("custom_args").GetProperty("message").GetString());
        var headers = person.TryGetProperty("headers", out var own) ? own : mail.GetProperty("headers");
        Assert.Equal(
            ("<alert-7.1@sentiment>", "<https://sentiment.example/u/1>", "List-Unsubscribe=One-Click"),
            (headers.GetProperty("Message-ID").GetString(), headers.GetProperty("List-Unsubscribe").GetString(), headers.GetProperty("List-Unsubscribe-Post").GetString()));
        Assert.Equal(
            [("text/plain", Mail.Text), ("text/html", Mail.Html!)],
            mail.GetProperty("content").EnumerateArray().Select(c => (c.GetProperty("type").GetString()!, c.GetProperty("value").GetString()!)));
        Assert.False(mail.GetProperty("mail_settings").GetProperty("sandbox_mode").GetProperty("enable").GetBoolean());
    }

    [Fact]
    public async Task A_sandboxed_mail_says_so()
    {
        await using var service = Service(200);
        Assert.IsType<MailOutcome.Accepted>(await SendAsync(service, sandbox: true));
        Assert.True(JsonDocument.Parse(Assert.Single(service.Seen).Body).RootElement
            .GetProperty("mail_settings").GetProperty("sandbox_mode").GetProperty("enable").GetBoolean());
    }

    [Theory]
    [InlineData(90, 90)]
    [InlineData(-5, 1)]
    [InlineData(86_400, 3600)]
    public async Task Too_many_mails_wait_for_the_reset_that_is_named_within_reason(int resetIn, int waits)
    {
        await using var service = Service(429, Now.AddSeconds(resetIn).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        var wait = Assert.IsType<MailOutcome.WaitUntil>(await SendAsync(service));
        Assert.Equal((Now.AddSeconds(waits), true), (wait.Until, wait.IsAsked));
    }

    [Theory]
    [InlineData(429, 60)]
    [InlineData(500, 60)]
    [InlineData(503, 60)]
    [InlineData(401, 900)]
    [InlineData(403, 900)]
    public async Task What_is_not_the_mails_fault_waits(int status, int seconds)
    {
        await using var service = Service(status);
        Assert.Equal(Now.AddSeconds(seconds), Assert.IsType<MailOutcome.WaitUntil>(await SendAsync(service)).Until);
    }

    [Fact]
    public async Task A_service_that_cannot_be_reached_waits()
    {
        var service = Service(202);
        var address = service.Address;
        await service.DisposeAsync();
        Assert.IsType<MailOutcome.WaitUntil>(await Mailer(address).SendAsync(Mail, default));
    }

    [Fact]
    public async Task A_mail_that_is_wrong_is_refused_with_what_the_service_says()
    {
        await using var service = Service(400, body: """{"errors":[{"message":"Does not contain a valid address."}]}""");
        Assert.Contains("Does not contain a valid address.", Assert.IsType<MailOutcome.Refused>(await SendAsync(service)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_leads_nowhere_waits_and_asks_nobody()
    {
        await using var service = Service(202);
        var outcome = await Mailer(service.Address, keys: new Keys { Key = null }).SendAsync(Mail, default);
        Assert.Equal("no key", Assert.IsType<MailOutcome.WaitUntil>(outcome).Reason);
        Assert.Empty(service.Seen);
    }

    [Fact]
    public async Task A_rotated_key_is_used_from_then_on()
    {
        await using var service = Service(202);
        var keys = new Keys();
        var mailer = Mailer(service.Address, keys: keys);
        await mailer.SendAsync(Mail, default);
        keys.Key = "key-2";
        await mailer.SendAsync(Mail, default);
        Assert.Equal(["Bearer key-1", "Bearer key-2"], service.Seen.Select(r => r.Headers.Authorization.ToString()));
    }

    [Theory]
    [InlineData("ApiKey", "SG.pasted", "SendGrid:ApiKey: env:NAME or keyvault:NAME expected, never the key itself")]
    [InlineData("From", "nobody", "SendGrid:From: 'nobody' is no address")]
    [InlineData("Sandbox", "maybe", "SendGrid:Sandbox: 'maybe' is neither true nor false")]
    [InlineData("BaseUrl", "ftp://x", "SendGrid:BaseUrl: 'ftp://x' is no absolute http or https address")]
    public void A_setting_that_is_wrong_is_named_with_its_key(string key, string value, string message)
    {
        var settings = new Dictionary<string, string?> { ["SendGrid:ApiKey"] = "env:KEY", ["SendGrid:From"] = "a@b.example", ["SendGrid:" + key] = value };
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => SendGridOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())).Message);
    }

    private sealed class Keys : ISecrets
    {
        public string? Key { get; set; } = "key-1";

        public ValueTask<string> ResolveAsync(string reference, CancellationToken cancellationToken) => new(Key ?? throw new SecretMissingException("no key"));
    }
}
