using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Storage;

namespace Sentiment.Api.Tests.Support;

/// <summary>Alerts of the two tenants, as the evaluation of rules raises them; nothing delivers them here.</summary>
internal static class Alerts
{
    /// <summary>The blob that their items were read from.</summary>
    public const string Body = "raw/body";

    /// <summary>Raises alerts of a tenant, the last one newest; the first target of each is dead.</summary>
    public static async Task<IReadOnlyList<string>> RaiseAsync(ApiHost host, string tenant, int count, string text = "")
    {
        var tables = host.Services.GetRequiredService<ITableStore>();
        var store = host.Services.GetRequiredService<AlertStore>();
        var raiser = ActivatorUtilities.CreateInstance<AlertRaiser>(host.Services);
        var rule = new AlertRule(
            "fell", 1, text + "It falls", true, ["AAPL"], new(AlertKind.Score, 60, Below: -0.5), 0, null, null, [new("ops@acme.example"), new(Webhook: new("https://hooks.example/x"))]);
        await tables.WriteAsync(AlertPartitions.Of(tenant), [TableWrite.Upsert("r|fell", 1, JsonSerializer.SerializeToUtf8Bytes(rule, JsonSerializerOptions.Web))], default);
        await host.Services.GetRequiredService<IBlobStore>().PutAsync(Body, "{\"it\":\"fell\"}"u8.ToArray(), default);
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var at = Records.Now.AddMinutes(-count + i);
            var alert = new Alert(
                Alert.IdOf(tenant, "fell", 1, "AAPL", i), tenant, rule, i % 2 == 0 ? "AAPL" : "MSFT", at, -0.7, $"{text}number {i}",
                new(at.AddHours(-1), at, 1, [new("item", "wire/news", text + "<b>It fell</b>", new("https://news.example/1"), at, -830_000, "letters@1", Body)]));
            Assert.True(await raiser.RaiseAsync(alert, TableWrite.Upsert("s|fell|AAPL", 1, "{}"u8.ToArray()), default));
            await store.ChangeAsync(tenant, alert.Id, m => m.With(m.Deliveries[0] with { Status = DeliveryStatus.Dead, Attempts = 8, Reason = "refused" }), default);
            ids.Add(alert.Id);
        }

        return ids;
    }
}
