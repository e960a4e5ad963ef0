using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using Sentiment.Adapters.Files;
using Sentiment.Adapters.Outbox;
using Sentiment.Adapters.Secrets;
using Sentiment.Adapters.Tests.Storage;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Tests.Outbox;

public sealed class OutboxTests
{
    private static readonly Mail Mail = new(
        "ops@acme.example", "AAPL fällt", "Unter der Linie: Ä.", "<p>Unter der Linie: Ä.</p>", "<0a1b.1@sentiment>", new("https://sentiment.example/api/unsubscribe/x"))
    { Tenant = "acme" };

    private static ServiceProvider Services(string folder, string? outbox) => new ServiceCollection()
        .AddSingleton<TimeProvider>(new FakeTimeProvider(new(2026, 11, 2, 15, 30, 0, 123, TimeSpan.Zero)))
        .AddSecrets(new ConfigurationBuilder().Build()).AddFileBlobs(o => o.Root = Path.Combine(folder, "blobs"))
        .AddMail(new ConfigurationBuilder().Build(), outbox).BuildServiceProvider();

    private static async Task AssertIsTheMailAsync(Stream file)
    {
        using var read = await MimeMessage.LoadAsync(file);
        Assert.Equal((Mail.Subject, "0a1b.1@sentiment", "ops@acme.example"), (read.Subject, read.MessageId, read.To.Mailboxes.Single().Address));
        Assert.Equal((Mail.Text, Mail.Html), (read.TextBody!.TrimEnd(), read.HtmlBody!.TrimEnd()));
        Assert.Equal("multipart/alternative", read.Body!.ContentType.MimeType);
        Assert.Equal("<https://sentiment.example/api/unsubscribe/x>", read.Headers[HeaderId.ListUnsubscribe]);
        Assert.Equal("List-Unsubscribe=One-Click", read.Headers[HeaderId.ListUnsubscribePost]);
        Assert.Equal(new DateTimeOffset(2026, 11, 2, 15, 30, 0, TimeSpan.Zero), read.Date);
    }

    [Fact]
    public async Task Without_a_SendGrid_key_mail_is_written_into_a_folder_whole()
    {
        using var folder = new TemporaryFolder();
        var outbox = Path.Combine(folder.Path, "outbox");
        await using var services = Services(folder.Path, outbox);
        Assert.IsType<MailOutcome.Accepted>(await services.GetRequiredService<IMailer>().SendAsync(Mail, default));
        var file = Assert.Single(Directory.GetFiles(Path.Combine(outbox, "acme")));
        Assert.Equal("20261102T153000.123Z-0a1b.1.eml", Path.GetFileName(file));
        await using var stream = File.OpenRead(file);
        await AssertIsTheMailAsync(stream);
    }

    [Fact]
    public async Task Where_there_is_no_folder_it_is_a_blob()
    {
        using var folder = new TemporaryFolder();
        await using var services = Services(folder.Path, null);
        Assert.IsType<MailOutcome.Accepted>(await services.GetRequiredService<IMailer>().SendAsync(Mail, default));
        var blob = await services.GetRequiredService<IBlobStore>().GetAsync("outbox/acme/20261102T153000.123Z-0a1b.1.eml", default);
        using var stream = new MemoryStream(blob!.Value.ToArray());
        await AssertIsTheMailAsync(stream);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_tenants_mail_is_removed_so_many_at_a_time_and_no_others(bool isFolder)
    {
        using var folder = new TemporaryFolder();
        await using var services = Services(folder.Path, isFolder ? Path.Combine(folder.Path, "outbox") : null);
        var (mailer, outbox) = (services.GetRequiredService<IMailer>(), services.GetRequiredService<IOutbox>());
        Assert.Equal((0, 0), (await outbox.CountAsync("acme", default), await outbox.RemoveAsync("acme", 10, default)));
        foreach (var (tenant, id) in ((string, int)[])[("acme", 1), ("acme", 2), ("acme", 3), ("acme-2", 1)])
        {
            await mailer.SendAsync(Mail with { Tenant = tenant, MessageId = $"<0a1b.{id}@sentiment>" }, default);
        }

        Assert.Equal((3, 1), (await outbox.CountAsync("acme", default), await outbox.CountAsync("acme-2", default)));
        Assert.Equal((2, 1), (await outbox.RemoveAsync("acme", 2, default), await outbox.CountAsync("acme", default)));
        Assert.Equal((1, 0), (await outbox.RemoveAsync("acme", 2, default), await outbox.CountAsync("acme", default)));
        Assert.Equal(1, await outbox.CountAsync("acme-2", default));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_to_is_a_wait()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "outbox"), "");
        await using var services = Services(folder.Path, Path.Combine(folder.Path, "outbox"));
        Assert.IsType<MailOutcome.WaitUntil>(await services.GetRequiredService<IMailer>().SendAsync(Mail, default));
    }
}
