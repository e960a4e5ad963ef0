using System.CommandLine;
using Sentiment.Api;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>prices</c>: a symbol's bars of prices as JSON lines, newest first.</summary>
internal static class PricesCommand
{
    private const int BarsPerRead = 1000;

    public static Command Create(Interrupt interrupt)
    {
        var tenant = new Option<string>("--tenant") { Description = "The tenant.", Required = true, HelpName = "ID" };
        var symbol = new Option<string>("--symbol") { Description = "The symbol.", Required = true, HelpName = "S" };
        var table = new Option<string?>("--table") { Description = "Only this table's, such as tiingo/eod.", HelpName = "NAME" };
        var from = CommandOptions.Time("--from", "Bars that begin at this time or later.");
        var to = CommandOptions.Time("--to", "Bars that begin before this time.");
        var data = CommandOptions.Data();
        var command = new Command("prices", "Prints a symbol's bars of prices as JSON lines, newest first.") { tenant, symbol, table, from, to, data };
        command.SetAction(async (parsed, _) =>
        {
            var (id, name) = (parsed.GetValue(tenant)!, parsed.GetValue(symbol)!.ToUpperInvariant());
            if (TableLimits.Escape(id) != id)
            {
                throw new CommandFailure($"--tenant: '{id}' is not 1 to 40 characters of [a-z0-9-]", CommandFailure.BadUsage);
            }

            if (!SymbolRules.IsSymbol(name))
            {
                throw new CommandFailure($"--symbol: '{name}' is no symbol: [A-Z0-9][A-Z0-9.^=/-], at most 32 characters, expected", CommandFailure.BadUsage);
            }

            var host = CommandHost.Reader(parsed.GetValue(data)!);
            await using var disposing = ((IAsyncDisposable)host).ConfigureAwait(false);
            var snapshot = await host.Services.GetRequiredService<ITableSnapshots>().OpenSnapshotAsync(interrupt.Token).ConfigureAwait(false);
            await using var closing = snapshot.ConfigureAwait(false);
            using var output = Console.OpenStandardOutput();
            var next = (string?)null;
            do
            {
                (var bars, next) = await PriceList.ReadAsync(
                    snapshot, id, name, parsed.GetValue(table), parsed.GetValue(from), parsed.GetValue(to), BarsPerRead, next, interrupt.Token).ConfigureAwait(false);
                foreach (var bar in bars)
                {
                    await output.WriteAsync(PriceDocument.Line(bar), interrupt.Token).ConfigureAwait(false);
                }
            }
            while (next is not null);
            return 0;
        });
        return command;
    }
}
