using System.CommandLine;
using System.Text.Json;
using Sentiment.Api;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Storage;
using Sentiment.LocalHost.Output;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>chunks RUN</c>: the chunks of a run.</summary>
internal static class ChunksCommand
{
    public static Command Create(Interrupt interrupt)
    {
        var run = new Argument<string>("run") { Description = "The run." };
        var data = CommandOptions.Data();
        var json = CommandOptions.Json();
        var command = new Command("chunks", "Lists the chunks of a run.") { run, data, json };
        command.SetAction(async (parsed, _) =>
        {
            var host = CommandHost.Reader(parsed.GetValue(data)!);
            await using var disposing = ((IAsyncDisposable)host).ConfigureAwait(false);
            var reader = host.Services.GetRequiredService<ITableReader>();
            var report = await StatusCommand.ReadAsync(reader, parsed.GetValue(run)!, interrupt.Token).ConfigureAwait(false);
            var chunks = new List<ChunkDocument>();
            await foreach (var chunk in ChunkStore.ListAsync(reader, report.Run.Id, null, null, interrupt.Token).ConfigureAwait(false))
            {
                chunks.Add(ChunkDocument.Of(chunk));
            }

            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(new Listed<ChunkDocument>(chunks, null), ApiJson.Default.ListedChunkDocument));
                return 0;
            }

            var table = Plain.Table("tenant", "table", "chunk", "status", "pages", "read", "accepted", "window", "symbols");
            foreach (var chunk in chunks)
            {
                Plain.Row(table, chunk.Tenant, chunk.Table, Plain.Of(chunk.Number), chunk.Status, Plain.Of(chunk.Pages), Plain.Of(chunk.Records.Read),
                    Plain.Of(chunk.Records.Accepted), $"{Plain.Of(chunk.From)} to {Plain.Of(chunk.To)}", string.Join(' ', chunk.Symbols));
            }

            Plain.Print(table);
            return 0;
        });
        return command;
    }
}
