using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Verification;
using Sentiment.LocalHost.Data;
using Sentiment.LocalHost.Output;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>verify</c>: recounts every invariant on one snapshot.</summary>
internal static class VerifyCommand
{
    public static Command Create(Interrupt interrupt)
    {
        var data = CommandOptions.Data();
        var json = CommandOptions.Json();
        var command = new Command("verify", "Recounts every invariant on one snapshot; exit 1 if something does not hold.") { data, json };
        command.SetAction(async (parsed, _) =>
        {
            var folder = new DataFolder(parsed.GetValue(data)!);
            folder.CheckExists();
            var builder = CommandHost.Builder();
            builder.Services.AddSingleton(TimeProvider.System).AddStores(builder.Configuration, folder.Path, readOnly: true)
                .AddSources(builder.Configuration).AddSingleton<SourceCatalog>().AddSingleton<Verifier>();
            var host = builder.Build();
            await using var disposing = ((IAsyncDisposable)host).ConfigureAwait(false);
            var found = await host.Services.GetRequiredService<Verifier>().RunAsync(interrupt.Token).ConfigureAwait(false);
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(found, FindingsJson.Default.Findings));
            }
            else
            {
                Show(found);
            }

            return found.ProblemCount == 0 ? 0 : CommandFailure.Failed;
        });
        return command;
    }

    private static void Show(Findings found)
    {
        foreach (var problem in found.Problems)
        {
            Plain.Line(problem);
        }

        Plain.Line($"{found.Runs:#,0} runs, {found.Chunks:#,0} chunks, {found.Pages:#,0} pages, {found.Items:#,0} items, {found.Memberships:#,0} memberships, {found.Bars:#,0} bars of prices, "
            + $"{found.Quarantined:#,0} quarantined; {found.InFlight:#,0} rows in flight");
        if (found.NotRecounted + found.Removed > 0)
        {
            Plain.Line($"Removed by retention: {found.Removed:#,0} items, bars of prices and quarantined records; {found.NotRecounted:#,0} pages not recounted, for their bodies are gone");
        }

        Plain.Line($"{found.ProblemCount:#,0} problems");
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Findings))]
internal sealed partial class FindingsJson : JsonSerializerContext;
