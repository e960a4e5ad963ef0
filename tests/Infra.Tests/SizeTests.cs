using System.Text.Json.Nodes;
using Sentiment.Infra.Tests.Support;

namespace Sentiment.Infra.Tests;

[Collection(DeploymentFixture.Name)]
public sealed class SizeTests(DeploymentFixture fixture)
{
    [Fact]
    public void Small_is_one_free_unit_and_one_instance_that_always_runs()
    {
        Assert.Equal("""{"instanceMemoryMB":2048,"maximumInstanceCount":40,"alwaysReady":[{"name":"durable","instanceCount":1}]}""", Scale(fixture.Small));
        Assert.Equal("""{"name":"Free_F1","capacity":1}""", PubSub(fixture.Small));
        Assert.Equal("8", fixture.Small.Settings["Ingestion__TenantWindow"]);
    }

    [Fact]
    public async Task Medium_has_more_tenants_in_flight_and_a_paid_unit()
    {
        var medium = await Deployment.EvaluateAsync("param size = 'medium'");
        Assert.Equal("""{"instanceMemoryMB":2048,"maximumInstanceCount":60,"alwaysReady":[{"name":"durable","instanceCount":1}]}""", Scale(medium));
        Assert.Equal("""{"name":"Standard_S1","capacity":1}""", PubSub(medium));
        Assert.Equal("32", medium.Settings["Ingestion__TenantWindow"]);
    }

    [Fact]
    public void Large_has_two_cores_an_instance_and_two_units()
    {
        Assert.Equal("""{"instanceMemoryMB":4096,"maximumInstanceCount":100,"alwaysReady":[{"name":"durable","instanceCount":1}]}""", Scale(fixture.Full));
        Assert.Equal("""{"name":"Standard_S1","capacity":2}""", PubSub(fixture.Full));
        Assert.Equal("64", fixture.Full.Settings["Ingestion__TenantWindow"]);
    }

    [Fact]
    public async Task Each_number_can_be_set_alone()
    {
        var own = await Deployment.EvaluateAsync(
            "param instanceMemoryMB = 4096", "param maximumInstanceCount = 7", "param alwaysReadyDurable = 0", "param tenantWindow = 3",
            "param webPubSubSku = 'Standard_S1'", "param webPubSubUnits = 5", "param scheduleCron = '0 0 * * * *'");
        Assert.Equal("""{"instanceMemoryMB":4096,"maximumInstanceCount":7,"alwaysReady":[]}""", Scale(own));
        Assert.Equal("""{"name":"Standard_S1","capacity":5}""", PubSub(own));
        Assert.Equal("3", own.Settings["Ingestion__TenantWindow"]);
        Assert.Equal("0 0 * * * *", own.Settings["Schedule__Cron"]);
    }

    [Fact]
    public void The_scheduler_and_its_network_come_only_on_demand()
    {
        string[] types = ["Microsoft.DurableTask/schedulers", "Microsoft.Network/virtualNetworks", "Microsoft.Network/natGateways", "Microsoft.Network/publicIPAddresses"];
        Assert.All(types, type => Assert.Empty(fixture.Small.OfType(type)));
        Assert.All(types, type => Assert.Single(fixture.Full.OfType(type)));
        Assert.Equal("", fixture.Small.Settings["DURABLE_TASK_SCHEDULER_CONNECTION_STRING"]);
        Assert.Null(fixture.Small.Single("Microsoft.Web/sites")["properties"]!["virtualNetworkSubnetId"]);
        Assert.Contains("Microsoft.Network/virtualNetworks/", (string?)fixture.Full.Single("Microsoft.Web/sites")["properties"]!["virtualNetworkSubnetId"], StringComparison.Ordinal);
    }

    private static string Scale(Deployment deployment) =>
        Compact(deployment.Single("Microsoft.Web/sites")["properties"]!["functionAppConfig"]!["scaleAndConcurrency"]!);

    private static string PubSub(Deployment deployment) => Compact(deployment.Single("Microsoft.SignalRService/webPubSub")["sku"]!);

    private static string Compact(JsonNode node) => node.ToJsonString();
}
