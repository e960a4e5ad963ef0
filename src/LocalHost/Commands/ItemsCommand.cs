using System.CommandLine;
using System.Globalization;
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
        var symbol = new Option<string?>("--symbol") { Description = "Only this symbol's.", HelpName = "S" };
        var from = CommandOptions.Time("--from", "Published at this time or later.");
        var to = CommandOptions.Time("--to", "Published before this time.");
        var data = CommandOptions.Data();
        var command = new Command("items", "Prints a tenant's items as JSON lines, newest first.") { tenant, symbol, from, to, data };
        command.SetAction(async (parsed, _) =>
        {
            var host = CommandHost.Reader(parsed.GetValue(data)!);
            await using var disposing = ((IAsyncDisposable)host).ConfigureAwait(false);
            var snapshot = await host.Services.GetRequiredService<ITableSnapshots>().OpenSnapshotAsync(interrupt.Token).ConfigureAwait(false);
            await using var closing = snapshot.ConfigureAwait(false);
            var id = parsed.GetValue(tenant)!;
            var (first, last) = await DaysAsync(snapshot, id, interrupt.Token).ConfigureAwait(false);
            var start = Later(parsed.GetValue(from), first);
            var end = parsed.GetValue(to) is { } given && given < last ? given : last;
            using var output = Console.OpenStandardOutput();
            await foreach (var item in ItemStore.ListAsync(snapshot, id, parsed.GetValue(symbol)?.ToUpperInvariant(), start, end, interrupt.Token).ConfigureAwait(false))
            {
                await output.WriteAsync(ItemDocument.Line(item), interrupt.Token).ConfigureAwait(false);
            }

            return 0;
        });
        return command;
    }

    // A period of time is read day by day, so it is bounded by the days there are.
    private static async Task<(DateTimeOffset First, DateTimeOffset Last)> DaysAsync(ITableSnapshot snapshot, string tenant, CancellationToken cancellationToken)
    {
        if (TableLimits.Escape(tenant) != tenant)
        {
            throw new CommandFailure($"--tenant: '{tenant}' is not 1 to 40 characters of [a-z0-9-]", CommandFailure.BadUsage);
        }

        string? first = null, last = null;
        await foreach (var partition in snapshot.PartitionsAsync($"index|{tenant}|", cancellationToken).ConfigureAwait(false))
        {
            first ??= partition.Split('|')[2];
            last = partition.Split('|')[2];
        }

        return first is null
            ? throw new CommandFailure($"--tenant: no items of a tenant '{tenant}' in this data folder", CommandFailure.Failed)
            : (Day(first), Day(last!).AddDays(1));
    }

    private static DateTimeOffset Day(string day) =>
        DateTimeOffset.ParseExact(day, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static DateTimeOffset Later(DateTimeOffset? a, DateTimeOffset b) => a > b ? a.Value : b;
}
