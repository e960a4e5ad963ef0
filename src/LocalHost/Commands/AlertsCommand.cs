using System.CommandLine;
using System.Text.Json;
using Sentiment.Api;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Storage;
using Sentiment.LocalHost.Output;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>alerts</c>: a tenant's alerts, newest first, or one of them measured again.</summary>
internal static class AlertsCommand
{
    public static Command Create(Interrupt interrupt)
    {
        var tenant = new Option<string>("--tenant") { Description = "The tenant.", Required = true, HelpName = "ID" };
        var evaluate = new Option<string?>("--evaluate") { Description = "Evaluates the alert's rule again, over its window, on what is stored now.", HelpName = "ALERT" };
        var limit = new Option<int>("--limit") { Description = "At most so many, 1 to 1000; default 100.", DefaultValueFactory = _ => 100 };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1000)
            {
                result.AddError("--limit: a number from 1 to 1000 expected");
            }
        });
        var (data, json) = (CommandOptions.Data(), CommandOptions.Json());
        var command = new Command("alerts", "Lists a tenant's alerts, newest first, or evaluates one again.") { tenant, evaluate, limit, data, json };
        command.SetAction(async (parsed, _) =>
        {
            var id = parsed.GetValue(tenant)!;
            if (id.Length == 0 || TableLimits.Escape(id) != id)
            {
                throw new CommandFailure($"--tenant: '{id}' is not 1 to 40 characters of [a-z0-9-]", CommandFailure.BadUsage);
            }

            var host = CommandHost.Reader(parsed.GetValue(data)!);
            await using var disposing = ((IAsyncDisposable)host).ConfigureAwait(false);
            var tables = host.Services.GetRequiredService<ITableStore>();
            var alerts = new AlertStore(tables, host.Services.GetRequiredService<TimeProvider>());
            if (parsed.GetValue(evaluate) is not { } which)
            {
                List(await alerts.ListAsync(id, new(), parsed.GetValue(limit), null, interrupt.Token).ConfigureAwait(false), parsed.GetValue(json));
                return 0;
            }

            var alert = (TableLimits.Escape(which) != which ? null : await alerts.GetAsync(id, which, interrupt.Token).ConfigureAwait(false))?.Stored.Alert
                ?? throw new CommandFailure($"--evaluate: no alert '{which}' of a tenant '{id}' in this data folder", CommandFailure.Failed);
            var seen = EvaluationDocument.Of(alert, await new RuleReevaluation(tables, new ChunkStore(tables)).RunAsync(alert, interrupt.Token).ConfigureAwait(false));
            if (parsed.GetValue(json))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(seen, ApiJson.Default.EvaluationDocument));
                return 0;
            }

            Plain.Line(Plain.Safe(alert.Summary));
            Plain.Line(FormattableString.Invariant($"then {seen.Then.Value} ({seen.Then.Count} items), rule {alert.Rule.Id} version {alert.Rule.Version}"));
            Plain.Line(seen.Note ?? FormattableString.Invariant($"now  {(seen.Value is { } value ? value : "nothing can be said")} ({seen.Count} items): {(seen.Holds == true ? "holds" : "does not hold")}"));
            return 0;
        });
        return command;
    }

    private static void List(AlertPage<InboxAlert> page, bool isJson)
    {
        var shown = page.Entries.Select(AlertDocument.OfListed).ToList();
        if (isJson)
        {
            // One document, as the API's list.
            using var output = Console.OpenStandardOutput();
            using var writer = new Utf8JsonWriter(output);
            writer.WriteStartObject();
            writer.WriteStartArray("items");
            shown.ForEach(a => writer.WriteRawValue(a.Write()));
            writer.WriteEndArray();
            writer.WriteNull("next");
            writer.WriteEndObject();
            writer.Flush();
            output.Write("\n"u8);
            return;
        }

        var table = Plain.Table("raised", "state", "rule", "what", "alert");
        shown.ForEach(a => Plain.Row(table, Plain.Of(new DateTimeOffset(a.RaisedAt, TimeSpan.Zero)), a.State, a.Rule.Id, Plain.Safe(a.Summary), a.Id));
        Plain.Print(table);
    }
}
