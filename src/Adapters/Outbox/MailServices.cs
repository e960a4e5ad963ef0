using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MimeKit;
using Sentiment.Adapters.SendGrid;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Outbox;

/// <summary>Registers mail.</summary>
public static class MailServices
{
    /// <summary>Registers <see cref="IMailer"/>: over SendGrid if its key is configured, otherwise as files; and <see cref="IOutbox"/>, which has those files.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="outbox">The folder of the files; null: they are blobs.</param>
    /// <exception cref="ArgumentException">A configured value is not as expected; the message names its key.</exception>
    public static IServiceCollection AddMail(this IServiceCollection services, IConfiguration configuration, string? outbox)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSendGrid(configuration);
        var section = configuration.GetSection(SendGridOptions.Section);
        var address = section[nameof(SendGridOptions.From)] is { Length: > 0 } from ? from : MailFile.NoSender;
        var sender = new MailboxAddress(section[nameof(SendGridOptions.FromName)] ?? "Sentiment", address);
        services.TryAddSingleton<IMailer>(p => outbox is null
            ? new BlobMailer(p.GetRequiredService<IBlobStore>(), sender, p.GetRequiredService<TimeProvider>())
            : new FileMailer(outbox, sender, p.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IOutbox>(p => outbox is null ? new BlobOutbox(p.GetRequiredService<IBlobStore>()) : new FileOutbox(outbox));
        return services;
    }
}
