using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Sentiment.Simulator.Feed;
using Sentiment.Simulator.Prices;

namespace Sentiment.Simulator.Tiingo;

/// <summary>Writes bars in Tiingo's shape, broken where they are meant to be.</summary>
internal static class TiingoBarWriter
{
    private static readonly TimeSpan FarAhead = TimeSpan.FromDays(20 * 365);

    /// <summary>The time that the bar says it is of.</summary>
    public static DateTimeOffset TimeOf(SimulatedBar bar) => bar.Bad == BadKind.FutureDate ? bar.Start + FarAhead : bar.Start;

    /// <summary>The list of some bars.</summary>
    public static ReadOnlyMemory<byte> Array(PriceTable table, IEnumerable<SimulatedBar> bars, bool withVolume)
    {
        var page = new ArrayBufferWriter<byte>(1024);
        var separator = "["u8.ToArray();
        foreach (var bar in bars)
        {
            page.Write(separator);
            page.Write(Record(table, bar, withVolume));
            separator = ","u8.ToArray();
        }

        page.Write(page.WrittenCount == 0 ? "[]"u8 : "]"u8);
        return page.WrittenMemory;
    }

    /// <summary>One bar exactly as a list carries it.</summary>
    public static byte[] Record(PriceTable table, SimulatedBar bar, bool withVolume)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("date"u8, bar.Bad == BadKind.UnparseableDate
                ? "the day before" : TimeOf(bar).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            if (bar.Bad != BadKind.MissingPrice)
            {
                json.WriteNumber("open"u8, bar.Open);
            }

            json.WriteNumber("high"u8, bar.Bad == BadKind.HighBelowLow ? bar.Low - 0.01m : bar.High);
            json.WriteNumber("low"u8, bar.Low);
            json.WriteNumber("close"u8, bar.Bad == BadKind.ZeroPrice ? 0m : bar.Close);
            if (table == PriceTable.Eod)
            {
                WriteRest(json, bar);
            }
            else if (withVolume)
            {
                json.WriteNumber("volume"u8, bar.Volume);
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteRest(Utf8JsonWriter json, SimulatedBar bar)
    {
        json.WriteNumber("volume"u8, bar.Volume);
        json.WriteNumber("adjOpen"u8, bar.Open);
        json.WriteNumber("adjHigh"u8, bar.High);
        json.WriteNumber("adjLow"u8, bar.Low);
        json.WriteNumber("adjClose"u8, bar.Close);
        json.WriteNumber("adjVolume"u8, bar.Volume);
        json.WriteNumber("divCash"u8, 0m);
        json.WriteNumber("splitFactor"u8, 1m);
    }
}
