using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Sentiment.Adapters.Configuration;
using Sentiment.Adapters.Http;
using Sentiment.Api;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Ingestion.Spans;
using Sentiment.Domain.Sources;
using Sentiment.LocalHost.Data;
using Sentiment.LocalHost.Output;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>coverage</c>: what is known of each table's time, and what is not.</summary>
internal static class CoverageCommand
{
    public static Command Create(Interrupt interrupt)
    {
        var tenant = new Option<string>("--tenant") { Description = "The tenant.", Required = true, HelpName = "ID" };
        var table = new Option<string?>("--table") { Description = "Only this table.", HelpName = "NAME" };
        var symbol = new Option<string?>("--symbol") { Description = "Only this symbol.", HelpName = "S" };
        var from = CommandOptions.Time("--from", "From then on; default where each table's history begins.");
        var to = CommandOptions.Time("--to", "Before then; default where each table's newest run ended.");
        var data = CommandOptions.Data();
        var json = CommandOptions.Json();
        var command = new Command("coverage", "Shows which spans of time are fetched, and which are holes, with the reason.") { tenant, table, symbol, from, to, data, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(from) >= result.GetValue(to))
            {
                result.AddError("--from: a time before --to expected");
            }
        });
        command.SetAction(async (parsed, _) =>
        {
            var folder = new DataFolder(parsed.GetValue(data)!);
            folder.CheckExists();
            var builder = CommandHost.Builder();
            builder.Services.AddSingleton(TimeProvider.System).AddStores(builder.Configuration, folder.Path, readOnly: true)
                .AddSources(builder.Configuration).AddSingleton<SourceCatalog>().AddSingleton<CoverageList>();
            builder.Services.AddBound<IngestionOptions>(builder.Configuration, IngestionOptions.Section);
            var host = builder.Build();
            await using var disposing = ((IAsyncDisposable)host).ConfigureAwait(false);
            var filter = new CoverageFilter(
                parsed.GetValue(tenant)!, parsed.GetValue(table), parsed.GetValue(symbol)?.ToUpperInvariant(), parsed.GetValue(from), parsed.GetValue(to));
            var spans = await ReadAsync(host.Services, filter, interrupt.Token).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(new Listed<CoverageDocument>(spans, null), ApiJson.Default.ListedCoverageDocument));
            }
            else
            {
                Show(spans);
            }

            return 0;
        });
        return command;
    }

    private static async Task<IReadOnlyList<CoverageDocument>> ReadAsync(IServiceProvider services, CoverageFilter filter, CancellationToken cancellationToken)
    {
        try
        {
            var days = services.GetRequiredService<IOptions<IngestionOptions>>().Value.HistoryDays;
            var (spans, _) = await services.GetRequiredService<CoverageList>().ReadAsync(filter, days, int.MaxValue, null, cancellationToken).ConfigureAwait(false);
            return [.. spans.Select(CoverageDocument.Of)];
        }
        catch (KeyNotFoundException problem)
        {
            throw new CommandFailure($"--tenant: {problem.Message} in this data folder", CommandFailure.Failed);
        }
    }

    private static void Show(IReadOnlyList<CoverageDocument> spans)
    {
        var table = Plain.Table("table", "symbol", "from", "to", "window", "state", "reason");
        foreach (var span in spans)
        {
            Plain.Row(table, span.Table, span.Symbol, Plain.Of(span.From), Plain.Of(span.To), span.Window,
                span.Failure is null ? span.State : $"{span.State}, {span.Failure}",
                span.Until is { } until ? $"{span.Reason} (until {Plain.Of(until)})" : span.Reason ?? "");
        }

        Plain.Print(table);
        var holes = spans.Count(s => s.Until is null && s.State is "failed" or "rateLimited" or "missing");
        Plain.Line(holes == 0 ? "No holes." : $"{Plain.Of(holes)} holes: 'backfill' fetches them.");
    }
}
