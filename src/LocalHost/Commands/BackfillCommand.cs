using System.CommandLine;
using Sentiment.LocalHost.Data;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>backfill</c>: fetches the holes of the coverage map.</summary>
internal static class BackfillCommand
{
    public static Command Create(Interrupt interrupt)
    {
        var data = CommandOptions.Data();
        var json = CommandOptions.Json();
        var selection = new RunSelection(
            "Only from then on, also where nobody has asked yet; default the table's history.", "Only before then; default where the table's newest run ended.");
        var command = new Command("backfill", "Fetches what 'coverage' shows as failed, rateLimited or missing. An unfinished backfill of the same arguments is finished.")
        {
            data, json,
        };
        selection.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            var builder = CommandHost.Builder();
            var roster = RunCommand.ReadTenants(parsed.GetValue(selection.Tenants)!, builder.Configuration);
            return RunCommand.RunAsync(builder, new DataFolder(parsed.GetValue(data)!), "backfill", selection.Of(parsed) with { Backfill = true }, roster, parsed.GetValue(json), interrupt.Token);
        });
        return command;
    }
}
