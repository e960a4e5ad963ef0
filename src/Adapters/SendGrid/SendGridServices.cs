using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Tenants;

namespace Sentiment.Adapters.SendGrid;

/// <summary>Registers mail.</summary>
public static class SendGridServices
{
    /// <summary>Registers <see cref="IMailer"/> over SendGrid if a key is configured; otherwise there is none.</summary>
    /// <exception cref="ArgumentException">A configured value is not as expected; the message names its key.</exception>
    public static IServiceCollection AddSendGrid(this IServiceCollection services, IConfiguration configuration)
    {
        if (SendGridOptions.Read(configuration) is { } options)
        {
            services.AddSingleton<IMailer>(provider => new SendGridMailer(
                options, Http(), provider.GetRequiredService<ISecrets>(), provider.GetRequiredService<TimeProvider>()));
        }

        return services;
    }

    /// <summary>For the life of the process; connections are renewed so that a change of address is seen.</summary>
    internal static HttpClient Http() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = TimeSpan.FromSeconds(30),
        MaxResponseContentBufferSize = 1024 * 1024,
    };
}
