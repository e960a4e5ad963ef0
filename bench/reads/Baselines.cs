using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Sentiment.Api;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Trends;

namespace Sentiment.ReadBench;

/// <summary>The same answers from the same rows without index, aggregates or maintained rows: all items of the tenant are read each time.</summary>
internal static class Baselines
{
    public static void MapBaselines(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/baseline/{tenant}/items", async (string tenant, string symbol, int limit, [FromServices] CountedTables tables, CancellationToken token) =>
            TypedResults.Ok((await AllAsync(tables, tenant, token)).Where(i => i.Symbols.Contains(symbol)).OrderByDescending(i => i.PublishedAt).Take(limit).Select(ItemDocument.Of).ToList()));
        routes.MapGet("/baseline/{tenant}/bars", async (string tenant, string symbol, string from, [FromServices] CountedTables tables, CancellationToken token) =>
        {
            var start = DateTimeOffset.Parse(from, CultureInfo.InvariantCulture);
            var bars = new SortedDictionary<long, Bucket>();
            foreach (var item in (await AllAsync(tables, tenant, token)).Where(i => i.Symbols.Contains(symbol) && i.PublishedAt >= start))
            {
                var minute = Bucket.StartOf(Bucket.MinuteOf(item.PublishedAt), 60);
                if (!bars.TryGetValue(minute, out var bar))
                {
                    bars.Add(minute, bar = new Bucket { Minute = minute });
                }

                bar.Add(item.PublishedAt, item.Id, item.Probabilities);
            }

            return TypedResults.Ok(bars.Values.Select(b => new { b.Minute, b.Count, b.Sum, b.Low, b.High, b.Positive, b.Negative }).ToList());
        });
        routes.MapGet("/baseline/{tenant}/metrics", async (string tenant, [FromServices] CountedTables tables, CancellationToken token) =>
        {
            var all = await AllAsync(tables, tenant, token);
            return TypedResults.Ok(new { all.Count, Positive = all.Count(i => i.Probabilities.Score > 0), Symbols = all.SelectMany(i => i.Symbols).Distinct().Count() });
        });
    }

    private static async Task<List<Item>> AllAsync(CountedTables tables, string tenant, CancellationToken cancellationToken)
    {
        var all = new List<Item>();
        foreach (var table in (string[])["tiingo/news", "finnhub/company-news"])
        {
            await foreach (var row in tables.QueryAsync(new(ItemStore.Partition(tenant, table)), cancellationToken))
            {
                all.Add(Rows.Read(row, RowJson.Default.Item));
            }
        }

        return all;
    }
}
