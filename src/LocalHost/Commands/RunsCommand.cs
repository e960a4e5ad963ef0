using System.CommandLine;
using System.Text.Json;
using Sentiment.Api;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.LocalHost.Output;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>runs</c>: runs, newest first.</summary>
internal static class RunsCommand
{
    public static Command Create(Interrupt interrupt)
    {
        var data = CommandOptions.Data();
        var json = CommandOptions.Json();
        var limit = new Option<int>("--limit") { Description = "At most so many, 1 to 1000; default 100.", DefaultValueFactory = _ => 100 };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000)
            {
                result.AddError("--limit: a number from 1 to 1000 expected");
            }
        });
        var command = new Command("runs", "Lists runs, newest first.") { limit, data, json };
        command.SetAction(async (parsed, _) =>
        {
            var host = CommandHost.Reader(parsed.GetValue(data)!);
            await using var disposing = ((IAsyncDisposable)host).ConfigureAwait(false);
            var found = await RunStore.ListAsync(
                host.Services.GetRequiredService<ITableReader>(), null, parsed.GetValue(limit), null, interrupt.Token).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(
                    new Listed<RunListed>([.. found.Select(f => RunListed.Of(f.Run))], null), ApiJson.Default.ListedRunListed));
                return 0;
            }

            var table = Plain.Table("run", "status", "started", "ended", "tenants");
            foreach (var (_, run) in found)
            {
                Plain.Row(table, run.Id, Plain.Of(run.Status), Plain.Of(run.StartedAt), run.EndedAt is { } ended ? Plain.Of(ended) : "", Plain.Of(run.Tenants));
            }

            Plain.Print(table);
            return 0;
        });
        return command;
    }
}
