using System.CommandLine;
using Sentiment.Api;

namespace Sentiment.LocalHost.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommandOptions
{
    public static Option<string> Data(string standard = ".sentiment") =>
        new("--data") { Description = $"The data folder; default ./{standard}.", DefaultValueFactory = _ => standard, HelpName = "DIR" };

    public static Option<bool> Json() => new("--json") { Description = "Prints one JSON document on stdout and nothing else there." };

    public static Option<string> Tenants() => new("--tenants") { Description = "The tenants file.", Required = true, HelpName = "FILE" };

    public static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description + " RFC 3339, UTC.",
        HelpName = "T",
        CustomParser = argument =>
        {
            var text = argument.Tokens[0].Value;
            if (Rfc3339.TryParse(text, out var time))
            {
                return time;
            }

            argument.AddError($"{name}: '{text}' is no time: {Rfc3339.Expected}");
            return null;
        },
    };
}
