using System.CommandLine;
using Sentiment.Api;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>items</c>: a tenant's items as JSON lines, newest first.</summary>
internal static class ItemsCommand
{
    public static Command Create(Interrupt interrupt)
    {
        var tenant = new Option<string>("--tenant") { Description = "The tenant.", Required = true, HelpName = "ID" };
        var symbol = Filter("--symbol", "Only these symbols'.", "S");
        var label = Filter("--label", "Only positive, neutral or negative ones.", "L");
        var tag = Filter("--tag", "Only those with one of these tags.", "TAG");
        var source = Filter("--source", "Only those of these tables, such as tiingo/news.", "NAME");
        var from = CommandOptions.Time("--from", "Published at this time or later.");
        var to = CommandOptions.Time("--to", "Published before this time.");
        var data = CommandOptions.Data();
        var command = new Command("items", "Prints a tenant's items as JSON lines, newest first.")
        {
            tenant, symbol, label, tag, source, from, to, data,
        };
        command.SetAction(async (parsed, _) =>
        {
            var id = parsed.GetValue(tenant)!;
            if (TableLimits.Escape(id) != id)
            {
                throw new CommandFailure($"--tenant: '{id}' is not 1 to 40 characters of [a-z0-9-]", CommandFailure.BadUsage);
            }

            if (!ItemFilter.TryRead(
                id, parsed.GetValue(symbol)!, parsed.GetValue(label)!, parsed.GetValue(tag)!, parsed.GetValue(source)!, out var query, out var problem))
            {
                throw new CommandFailure("--" + problem, CommandFailure.BadUsage);
            }

            query = query with { From = parsed.GetValue(from), To = parsed.GetValue(to) };
            var host = CommandHost.Reader(parsed.GetValue(data)!);
            await using var disposing = ((IAsyncDisposable)host).ConfigureAwait(false);
            var snapshot = await host.Services.GetRequiredService<ITableSnapshots>().OpenSnapshotAsync(interrupt.Token).ConfigureAwait(false);
            await using var closing = snapshot.ConfigureAwait(false);
            if ((await DayStore.NewestAsync(snapshot, query.Tenant, null, null, 1, interrupt.Token).ConfigureAwait(false)).Count == 0)
            {
                throw new CommandFailure($"--tenant: no items of a tenant '{query.Tenant}' in this data folder", CommandFailure.Failed);
            }

            using var output = Console.OpenStandardOutput();
            await foreach (var item in ItemList.AllAsync(snapshot, query, interrupt.Token).ConfigureAwait(false))
            {
                await output.WriteAsync(ItemDocument.Line(item), interrupt.Token).ConfigureAwait(false);
            }

            return 0;
        });
        return command;
    }

    private static Option<string[]> Filter(string name, string description, string value) =>
        new(name) { Description = description + " Several: repeat it, or separate them by commas.", HelpName = value, DefaultValueFactory = _ => [] };
}
