using Azure.Core;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using Sentiment.Domain.Diagnostics;

namespace Sentiment.Functions.Telemetry;

/// <summary>Registers traces, metrics and logs.</summary>
internal static class TelemetryServices
{
    private const string ConnectionString = "APPLICATIONINSIGHTS_CONNECTION_STRING";
    private const string Authentication = "APPLICATIONINSIGHTS_AUTHENTICATION_STRING";

    /// <summary>Registers the worker's and the product's telemetry; it is exported where Application Insights is configured.</summary>
    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var telemetry = services.AddOpenTelemetry().UseFunctionsWorkerDefaults().WithMetrics(metrics => metrics.AddMeter(SentimentMeter.Name));
        if (configuration[ConnectionString] is not { Length: > 0 })
        {
            // The host leaves the logs of a worker with OpenTelemetry to the worker: on a developer's machine they go to the console.
            services.AddLogging(logs => logs.AddSimpleConsole(console => console.SingleLine = true)
                .AddFilter("Microsoft", LogLevel.Warning).AddFilter("Azure", LogLevel.Warning).AddFilter("System", LogLevel.Warning));
            return;
        }

        telemetry.UseAzureMonitorExporter();
        if (configuration[Authentication]?.Contains("Authorization=AAD", StringComparison.OrdinalIgnoreCase) == true)
        {
            services.AddOptions<AzureMonitorExporterOptions>().Configure<TokenCredential>((options, identity) => options.Credential = identity);
        }
    }
}
