using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sentiment.Adapters.Configuration;
using Sentiment.Adapters.Http;
using Sentiment.Adapters.Secrets;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Planning;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.LocalHost.Data;
using Sentiment.LocalHost.Output;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>plan</c>: what a run would cost, and what it would leave for later.</summary>
internal static class PlanCommand
{
    private const int MostDeferredLines = 20;

    public static Command Create(Interrupt interrupt)
    {
        var data = CommandOptions.Data();
        var json = CommandOptions.Json();
        var selection = new RunSelection();
        var command = new Command("plan", "What a run would cost: calls per vendor, records, minutes, and what it would leave until when. Calls nobody.")
        {
            data, json,
        };
        selection.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var folder = new DataFolder(parsed.GetValue(data)!);
            var builder = CommandHost.Builder();
            var roster = RunCommand.ReadTenants(parsed.GetValue(selection.Tenants)!, builder.Configuration);
            builder.Services.AddSingleton(TimeProvider.System).AddSecrets(builder.Configuration).AddSources(builder.Configuration)
                .AddBound<IngestionOptions>(builder.Configuration, IngestionOptions.Section).AddBound<RetentionOptions>(builder.Configuration, RetentionOptions.Section)
                .AddSingleton<SourceCatalog>().AddSingleton<RunPlanner>();
            if (File.Exists(folder.Tables))
            {
                builder.Services.AddStores(builder.Configuration, folder.Path, readOnly: true);
            }
            else
            {
                builder.Services.AddSingleton<ITableReader, NoTables>();
            }

            var host = builder.Build();
            await using var disposing = ((IAsyncDisposable)host).ConfigureAwait(false);
            var forecast = await host.Services.GetRequiredService<RunPlanner>()
                .ForecastAsync(host.Services.GetRequiredService<ITableReader>(), selection.Of(parsed), roster, interrupt.Token).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(forecast, ForecastJson.Default.RunForecast));
            }
            else
            {
                Show(forecast);
            }

            return 0;
        });
        return command;
    }

    private static void Show(RunForecast forecast)
    {
        Plain.Line($"A run now: {Plain.Of(forecast.Calls)} calls, about {Plain.Of(forecast.Records)} records, about {Minutes(forecast.Minutes)} minutes");
        var vendors = Plain.Table("vendor", "credential", "calls", "minutes", "permitted", "left for later", "until");
        foreach (var vendor in forecast.Vendors)
        {
            Plain.Row(
                vendors, vendor.Vendor, vendor.Credential.Length > 8 ? vendor.Credential[..8] : vendor.Credential, Plain.Of(vendor.Calls), Minutes(vendor.Minutes),
                vendor.Windows.Count == 0 ? "no limit" : string.Join(", ", vendor.Windows.Select(w => $"{Plain.Of(w.Left)} of {Plain.Of(w.Limit)} left this {w.Window}")),
                vendor.Deferred == 0 ? "" : $"{Plain.Of(vendor.Deferred)} calls", vendor.DeferredUntil is { } until ? Plain.Of(until) : "");
        }

        Plain.Print(vendors);
        var tables = Plain.Table("tenant", "table", "chunks", "calls", "records");
        foreach (var table in forecast.Tables)
        {
            Plain.Row(tables, table.Tenant, table.Table, Plain.Of(table.Chunks), Plain.Of(table.Calls), Plain.Of(table.Records));
        }

        Plain.Print(tables);
        foreach (var table in forecast.Tables.Where(t => t.Problem is not null))
        {
            Plain.Line($"{table.Tenant} {table.Table}: {table.Problem}");
        }

        var deferred = forecast.Tables.SelectMany(t => t.Deferred.Select(d => $"left for later: {t.Tenant} {t.Table} {string.Join(", ", d.Symbols)} until {Plain.Of(d.Until)}")).ToList();
        deferred.Take(MostDeferredLines).ToList().ForEach(Plain.Line);
        if (deferred.Count > MostDeferredLines)
        {
            Plain.Line($"and {Plain.Of(deferred.Count - MostDeferredLines)} more, which --json lists");
        }
    }

    private static string Minutes(double minutes) => minutes.ToString("#,0.#", CultureInfo.InvariantCulture);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(RunForecast))]
internal sealed partial class ForecastJson : JsonSerializerContext;
