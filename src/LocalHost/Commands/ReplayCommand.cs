using System.CommandLine;
using Sentiment.Domain.Ingestion.Replays;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.LocalHost.Data;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>replay</c>: goes through the archive again, without a vendor call.</summary>
internal static class ReplayCommand
{
    public static Command Create(Interrupt interrupt)
    {
        var quarantine = new Option<bool>("--quarantine") { Description = "Records in quarantine: those that are valid by now become items." };
        var raw = new Option<bool>("--from-raw") { Description = "Every archived page: what is missing of its items comes back." };
        var tenant = new Option<string[]>("--tenant") { Description = "Only this tenant; may be repeated.", HelpName = "ID" };
        var data = CommandOptions.Data();
        var json = CommandOptions.Json();
        var command = new Command("replay", "Goes through the archive again, without a vendor call.") { quarantine, raw, tenant, data, json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(quarantine) == result.GetValue(raw))
            {
                result.AddError("replay: either --quarantine or --from-raw expected");
            }
        });
        command.SetAction(async (parsed, _) =>
        {
            var folder = new DataFolder(parsed.GetValue(data)!);
            var kind = parsed.GetValue(raw) ? ReplayKind.Raw : ReplayKind.Quarantine;
            var roster = await ReadTenantsAsync(folder.Path, interrupt.Token).ConfigureAwait(false);
            if (parsed.GetValue(tenant)?.FirstOrDefault(id => roster.Tenants.All(t => t.Id != id)) is { } unknown)
            {
                throw new CommandFailure($"--tenant: no tenant '{unknown}' in the runs of this data folder", CommandFailure.BadUsage);
            }

            var request = new RunRequest(parsed.GetValue(tenant) ?? [], [], null, null, kind);
            return await RunCommand.RunAsync(CommandHost.Builder(), folder, "replay", request, roster, parsed.GetValue(json), interrupt.Token).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<TenantRoster> ReadTenantsAsync(string data, CancellationToken cancellationToken)
    {
        var host = CommandHost.Reader(data);
        await using var disposing = ((IAsyncDisposable)host).ConfigureAwait(false);
        var roster = await ReplayTenants.ReadAsync(host.Services.GetRequiredService<ITableReader>(), cancellationToken).ConfigureAwait(false);
        return roster.Tenants.Count > 0 ? roster : throw new CommandFailure($"No run yet in '{data}': there is nothing to go through again.", CommandFailure.Failed);
    }
}
