using System.Text.Json;
using System.Text.Json.Serialization;
using Sentiment.Domain.Prices;

namespace Sentiment.Api;

/// <summary>A bar of prices as the outside sees it.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="Source">The table, which says how long the bar lasts.</param>
/// <param name="Time">When it begins, UTC.</param>
/// <param name="Open">The first price, as the vendor wrote it.</param>
/// <param name="High">The highest price.</param>
/// <param name="Low">The lowest price.</param>
/// <param name="Close">The last price.</param>
/// <param name="Volume">How much was traded; null where the vendor did not say.</param>
/// <param name="IsSuspicious">Whether it closed more than a tenth above or below the bar before it.</param>
public sealed record PriceDocument(
    string Symbol, string Source, DateTimeOffset Time, decimal Open, decimal High, decimal Low, decimal Close, decimal? Volume, bool IsSuspicious)
{
    /// <summary>As stored.</summary>
    public static PriceDocument Of(PriceBar bar)
    {
        ArgumentNullException.ThrowIfNull(bar);
        return new(bar.Symbol, bar.Table, bar.Time.ToUniversalTime(), bar.Open, bar.High, bar.Low, bar.Close, bar.Volume, bar.IsSuspicious);
    }

    /// <summary>One JSON line.</summary>
    public static ReadOnlyMemory<byte> Line(PriceBar bar) =>
        (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(Of(bar), PriceJson.Default.PriceDocument), (byte)'\n'];
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(UtcTimeConverter)])]
[JsonSerializable(typeof(PriceDocument))]
internal sealed partial class PriceJson : JsonSerializerContext;
