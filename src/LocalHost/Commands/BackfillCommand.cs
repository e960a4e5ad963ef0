using System.CommandLine;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.LocalHost.Data;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>backfill</c>: fetches the holes of the coverage map.</summary>
internal static class BackfillCommand
{
    public static Command Create(Interrupt interrupt)
    {
        var data = CommandOptions.Data();
        var json = CommandOptions.Json();
        var tenants = CommandOptions.Tenants();
        var tenant = new Option<string[]>("--tenant") { Description = "Only this tenant; may be repeated.", HelpName = "ID" };
        var table = new Option<string[]>("--table") { Description = "Only this table; may be repeated.", HelpName = "NAME" };
        var from = CommandOptions.Time("--from", "Only from then on, also where nobody has asked yet; default the table's history.");
        var to = CommandOptions.Time("--to", "Only before then; default where the table's newest run ended.");
        var command = new Command("backfill", "Fetches what 'coverage' shows as failed, rateLimited or missing. An unfinished backfill of the same arguments is finished.")
        {
            tenants, tenant, table, from, to, data, json,
        };
        command.SetAction((parsed, _) =>
        {
            var builder = CommandHost.Builder();
            var roster = RunCommand.ReadTenants(parsed.GetValue(tenants)!, builder.Configuration);
            var request = new RunRequest(
                parsed.GetValue(tenant) ?? [], parsed.GetValue(table) ?? [], parsed.GetValue(from), parsed.GetValue(to), Backfill: true);
            return RunCommand.RunAsync(builder, new DataFolder(parsed.GetValue(data)!), "backfill", request, roster, parsed.GetValue(json), interrupt.Token);
        });
        return command;
    }
}
