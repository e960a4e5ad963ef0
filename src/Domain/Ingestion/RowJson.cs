using System.Text.Json.Serialization;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Ingestion.Pages;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Ingestion.Tables;
using Sentiment.Domain.Items;
using Sentiment.Domain.Metrics;
using Sentiment.Domain.Prices;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Trends;

namespace Sentiment.Domain.Ingestion;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunRow))]
[JsonSerializable(typeof(RunArguments))]
[JsonSerializable(typeof(RunTenantRow))]
[JsonSerializable(typeof(RunTableRow))]
[JsonSerializable(typeof(ChunkRow))]
[JsonSerializable(typeof(PageRow))]
[JsonSerializable(typeof(Item))]
[JsonSerializable(typeof(Membership))]
[JsonSerializable(typeof(QuarantinedRecord))]
[JsonSerializable(typeof(PriceBar))]
[JsonSerializable(typeof(PriceSeries))]
[JsonSerializable(typeof(StoredPrices))]
[JsonSerializable(typeof(List<Bucket>))]
[JsonSerializable(typeof(Segment))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(DateTimeOffset))]
[JsonSerializable(typeof(Watermark))]
[JsonSerializable(typeof(Claim))]
[JsonSerializable(typeof(Coverage))]
[JsonSerializable(typeof(LongestSpan))]
[JsonSerializable(typeof(DayMark))]
[JsonSerializable(typeof(MetricsRow))]
[JsonSerializable(typeof(LastRun))]
[JsonSerializable(typeof(RetainedTenant))]
[JsonSerializable(typeof(RetentionMarks))]
[JsonSerializable(typeof(RunsMark))]
[JsonSerializable(typeof(RemovedRecords))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(string))]
internal sealed partial class RowJson : JsonSerializerContext;
