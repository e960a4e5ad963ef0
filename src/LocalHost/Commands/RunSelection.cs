using System.CommandLine;
using Sentiment.Domain.Ingestion.Runs;

namespace Sentiment.LocalHost.Commands;

/// <summary>The options that say what a run is about: which tenants file, of it which tenants and tables, and which window.</summary>
/// <param name="from">What <c>--from</c> means.</param>
/// <param name="to">What <c>--to</c> means.</param>
internal sealed class RunSelection(string from = "The window's start.", string to = "The window's end; default now.")
{
    private readonly Option<string[]> _tenant = new("--tenant") { Description = "Only this tenant; may be repeated.", HelpName = "ID" };
    private readonly Option<string[]> _table = new("--table") { Description = "Only this table; may be repeated.", HelpName = "NAME" };
    private readonly Option<DateTimeOffset?> _from = CommandOptions.Time("--from", from);
    private readonly Option<DateTimeOffset?> _to = CommandOptions.Time("--to", to);

    /// <summary>The tenants file.</summary>
    public Option<string> Tenants { get; } = CommandOptions.Tenants();

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Tenants);
        command.Add(_tenant);
        command.Add(_table);
        command.Add(_from);
        command.Add(_to);
    }

    /// <summary>What was asked for.</summary>
    public RunRequest Of(ParseResult parsed) =>
        new(parsed.GetValue(_tenant) ?? [], parsed.GetValue(_table) ?? [], parsed.GetValue(_from), parsed.GetValue(_to));
}
