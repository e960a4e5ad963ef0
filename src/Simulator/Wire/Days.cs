using System.Globalization;

namespace Sentiment.Simulator.Wire;

/// <summary>An inclusive range of UTC days as vendors take it: YYYY-MM-DD, either end open.</summary>
internal readonly record struct Days(DateTimeOffset From, DateTimeOffset Before)
{
    public static readonly Days All = new(DateTimeOffset.MinValue, DateTimeOffset.MaxValue);

    public bool Contain(DateTimeOffset time) => time >= From && time < Before;

    public static bool TryParse(string? from, string? to, out Days days)
    {
        days = All;
        if (!string.IsNullOrEmpty(from))
        {
            if (!TryDay(from, out var first))
            {
                return false;
            }

            days = days with { From = first };
        }

        if (!string.IsNullOrEmpty(to))
        {
            if (!TryDay(to, out var last))
            {
                return false;
            }

            days = days with { Before = last.Date == DateTime.MaxValue.Date ? DateTimeOffset.MaxValue : last.AddDays(1) };
        }

        return true;
    }

    private static bool TryDay(string text, out DateTimeOffset day) => DateTimeOffset.TryParseExact(
        text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out day);
}
