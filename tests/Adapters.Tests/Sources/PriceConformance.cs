using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sentiment.Domain.Sources;

namespace Sentiment.Adapters.Tests.Sources;

/// <summary>Tables of prices: a bar's open is the number of its record, ten times over.</summary>
public abstract class PriceConformance(string table) : SourceConformance(table, "Tiingo")
{
    private protected override int PageSize => 0;

    private protected override IEnumerable<(string Body, Type? Failure)> AnswersWithoutRecords =>
    [
        ("""{"detail":"Error: You have run over your hourly request allocation limit."}""", typeof(TimeoutException)),
        ("""{"detail":"token=s3cret-t0ken not found"}""", typeof(SourceException)),
    ];

    private protected override string? TitleOf(SourceRecord record) =>
        record.Bar?.Open is { } open ? string.Create(CultureInfo.InvariantCulture, $"Record {open / 10m:0} rises") : null;

    private protected override (IEnumerable<WireRecord> Page, string? Next) Select(HttpRequest request, IReadOnlyList<WireRecord> all, bool ignoresDates) => (all.Where(r =>
        ignoresDates || (string.CompareOrdinal(Wire.Day(r.Published), request.Query["startDate"]) >= 0 && string.CompareOrdinal(Wire.Day(r.Published), request.Query["endDate"]) <= 0)), null);

    private protected static string Spell(WireRecord record, string more) =>
        $$"""{"date":"{{record.Published:O}}","open":{{record.Number}}0.0,"high":{{record.Number}}1.5,"low":{{record.Number}}0,"close":{{record.Number}}1.25{{more}}}""";
}

public sealed class TiingoEodConformance() : PriceConformance("tiingo/eod")
{
    private protected override string Render(WireRecord record) => Spell(record, ",\"volume\":1200,\"adjOpen\":null,\"divCash\":0.0,\"splitFactor\":1.0");

    private protected override (IEnumerable<WireRecord> Page, string? Next) Select(HttpRequest request, IReadOnlyList<WireRecord> all, bool ignoresDates)
    {
        Assert.Equal("/tiingo/daily/aapl/prices", request.Path);
        return base.Select(request, all, ignoresDates);
    }
}

public sealed class TiingoIntradayConformance() : PriceConformance("tiingo/intraday")
{
    private protected override string Render(WireRecord record) => Spell(record, record.Number % 2 == 0 ? ",\"volume\":17.5" : "");

    private protected override (IEnumerable<WireRecord> Page, string? Next) Select(HttpRequest request, IReadOnlyList<WireRecord> all, bool ignoresDates)
    {
        Assert.Equal(("/iex/aapl/prices", "5Min", "open,high,low,close,volume"), (request.Path.Value, request.Query["resampleFreq"].ToString(), request.Query["columns"].ToString()));
        return base.Select(request, all, ignoresDates);
    }
}
