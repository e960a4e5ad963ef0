using System.Globalization;
using Sentiment.Domain.Ingestion.Runs;
using Spectre.Console;

namespace Sentiment.LocalHost.Output;

/// <summary>How people are shown numbers, times and tables.</summary>
internal static class Plain
{
    public static string Of(WorkStatus status) => status.ToString().ToLowerInvariant();

    public static string Of(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static void Line(string line) => Console.Out.WriteLine(line);

    /// <summary>Text of others for a terminal: nothing in it steers that, breaks the line or turns its direction.</summary>
    public static string Safe(string text) => string.Concat(text.Select(c => char.GetUnicodeCategory(c) is UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? ' ' : c));

    public static Table Table(params string[] columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(column) { NoWrap = true });
        }

        return table;
    }

    /// <summary>Prints a table; lines are not folded where no terminal sets a width.</summary>
    public static void Print(Table table)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 1000;
        }

        AnsiConsole.Write(table);
    }

    /// <summary>Adds a row of plain text: no markup, no control characters.</summary>
    public static void Row(Table table, params string[] cells) =>
        table.AddRow([.. cells.Select(c => new Spectre.Console.Text(string.Concat(c.Select(x => char.IsControl(x) ? ' ' : x))))]);
}
