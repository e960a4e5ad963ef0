using System.CommandLine;
using Sentiment.Domain.Live;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Trends;
using Sentiment.LocalHost.Data;
using Sentiment.LocalHost.Live;
using Sentiment.LocalHost.Output;

namespace Sentiment.LocalHost.Commands;

/// <summary><c>watch</c>: headlines and runs of a tenant as the running server tells them.</summary>
internal static class WatchCommand
{
    public static Command Create(Interrupt interrupt)
    {
        var tenant = new Option<string>("--tenant") { Description = "The tenant.", Required = true, HelpName = "ID" };
        var symbol = new Option<string[]>("--symbol") { Description = "Only headlines of these symbols. Several: repeat it.", HelpName = "S", DefaultValueFactory = _ => [] };
        symbol.Validators.Add(result =>
        {
            foreach (var wrong in result.Tokens.Select(t => t.Value).Where(s => !SymbolRules.IsSymbol(s.ToUpperInvariant())))
            {
                result.AddError($"--symbol: '{wrong}' is no symbol");
            }
        });
        var data = CommandOptions.Data();
        var json = new Option<bool>("--json") { Description = "Prints each change as one line of JSON." };
        var command = new Command("watch", "Shows a tenant's headlines and runs as they come, from the server that runs.") { tenant, symbol, data, json };
        command.SetAction(async (parsed, _) =>
        {
            var folder = new DataFolder(parsed.GetValue(data)!);
            var (lines, isJson) = (new WatchLines(), parsed.GetValue(json));
            var feed = new LiveFeed(
                () => RunningServer.Find(folder), parsed.GetValue(tenant)!, Groups(parsed.GetValue(tenant)!, parsed.GetValue(symbol)!),
                what => Console.Error.WriteLine("sentiment: " + Plain.Safe(what)), TimeProvider.System);
            await foreach (var message in feed.ReadAsync(interrupt.Token).ConfigureAwait(false))
            {
                foreach (var line in isJson ? WatchLines.Json(message) : lines.Of(message))
                {
                    Console.Out.WriteLine(line);
                }
            }

            return 0;
        });
        return command;
    }

    /// <summary>The groups that tell of some symbols, or of all, and of the runs.</summary>
    public static IReadOnlyList<string> Groups(string tenant, IReadOnlyCollection<string> symbols) =>
        [.. (symbols.Count == 0 ? [TrendStore.AllItems] : symbols.Select(s => s.ToUpperInvariant()).Distinct()).Select(s => new LiveGroup(tenant, LiveKind.Items, s).Name),
            new LiveGroup(tenant, LiveKind.Runs).Name];
}
