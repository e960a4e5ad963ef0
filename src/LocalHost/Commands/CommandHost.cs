using Microsoft.Extensions.Options;
using Sentiment.Domain.Scoring;
using Sentiment.LocalHost.Data;

namespace Sentiment.LocalHost.Commands;

/// <summary>What every command's host has: configuration, and logs on stderr from warnings up.</summary>
internal static class CommandHost
{
    public static HostApplicationBuilder Builder()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = Directory.GetCurrentDirectory() });
        Logs(builder.Logging, builder.Configuration);
        return builder;
    }

    public static void Logs(ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(console => console.SingleLine = true);
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        if (configuration["Logging:LogLevel:Default"] is null)
        {
            // Who changed what is told whatever else is not.
            logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Sentiment.Audit", LogLevel.Information);
        }
    }

    /// <summary>Services that read a data folder, whoever writes to it.</summary>
    /// <exception cref="Domain.Storage.DataFolderException">There is nothing to read.</exception>
    public static IHost Reader(string data)
    {
        new DataFolder(data).CheckExists();
        var builder = Builder();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddStores(builder.Configuration, data, readOnly: true);
        return builder.Build();
    }

    /// <summary>Checks the options and loads the model now, so that what is wrong is refused, by its name alone, before anything begins.</summary>
    public static void Check(IServiceProvider services)
    {
        services.GetRequiredService<IStartupValidator>().Validate();
        services.GetRequiredService<ISentimentScorer>();
    }
}
