using System.Text.Json;

namespace Sentiment.LocalHost.Demo;

/// <summary>Sample tenants, as a tenants file.</summary>
internal static class DemoTenants
{
    private const int SymbolsEach = 10;

    private static readonly string[] Symbols =
    [
        "AAPL", "MSFT", "GOOGL", "NVDA", "AMD", "INTC", "AMZN", "META", "NFLX", "TSLA", "F", "GM", "JPM", "BAC", "GS", "JNJ", "PFE", "MRK",
        "XOM", "CVX", "BP", "WMT", "COST", "TGT", "KO", "PEP", "MCD", "BA", "LMT", "CAT", "V", "MA", "AXP", "DIS", "CMCSA", "T",
    ];

    private static readonly string[] Places =
        ["Harbor", "Granite", "Juniper", "Lantern", "Meridian", "Northgate", "Orchard", "Pinecrest", "Quarry", "Riverside", "Summit", "Tidewater"];

    private static readonly string[] Trades = ["Capital", "Research", "Partners", "Wealth", "Advisors"];

    /// <summary>The file's text.</summary>
    public static byte[] File(int count)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartArray("tenants");
            for (var i = 0; i < count; i++)
            {
                Write(json, i);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>The environment variables that the file's credentials name.</summary>
    public static IReadOnlyList<string> Variables { get; } = ["SENTIMENT_DEMO_TIINGO", "SENTIMENT_DEMO_FINNHUB"];

    private static void Write(Utf8JsonWriter json, int index)
    {
        var (place, trade) = (Places[index % Places.Length], Trades[index / Places.Length % Trades.Length]);
        var round = index / (Places.Length * Trades.Length);
        var suffix = round == 0 ? "" : $"-{round + 1}";
        json.WriteStartObject();
        json.WriteString("id", $"{place}-{trade}".ToLowerInvariant() + suffix);
        json.WriteString("name", $"{place} {trade}" + (round == 0 ? "" : $" {round + 1}"));
        json.WriteStartArray("symbols");
        for (var i = 0; i < SymbolsEach; i++)
        {
            json.WriteStringValue(Symbols[(index * 7 + i) % Symbols.Length]);
        }

        json.WriteEndArray();
        json.WriteStartArray("tables");
        json.WriteStringValue("tiingo/news");
        json.WriteStringValue("tiingo/eod");
        json.WriteStringValue("finnhub/company-news");
        json.WriteEndArray();
        json.WriteStartObject("credentials");
        json.WriteString("tiingo", "env:" + Variables[0]);
        json.WriteString("finnhub", "env:" + Variables[1]);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
