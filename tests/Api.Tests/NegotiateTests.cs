using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sentiment.Api.Tests.Support;
using Sentiment.Domain.Live;

namespace Sentiment.Api.Tests;

public sealed class NegotiateTests
{
    [Fact]
    public async Task A_key_gets_a_url_of_its_tenant_under_its_own_name()
    {
        await using var host = await ApiHost.StartAsync();
        var key = await host.KeyAsync("acme");
        var id = key.Split('_')[1];
        var answer = await host.SendAsync("POST", "/api/tenants/acme/negotiate", key);
        Assert.Equal(200, answer.Status);
        Assert.Equal($"ws://live.example/client/hubs/sentiment?access_token=acme-{id}", answer.Json.GetProperty("url").GetString());
        Assert.Equal(host.Time.GetUtcNow().AddMinutes(60), answer.Json.GetProperty("expiresAt").GetDateTimeOffset());
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.EndsWith("acme-admin", (await host.SendAsync("POST", "/api/tenants/acme/negotiate")).Json.GetProperty("url").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_without_a_hub_says_so()
    {
        await using var host = await ApiHost.StartAsync(false, services => services.RemoveAll<ILiveHub>());
        var answer = await host.SendAsync("POST", "/api/tenants/acme/negotiate");
        Assert.Equal((503, "request: this host has no live hub"), (answer.Status, answer.Detail));
        var key = await host.KeyAsync("acme");
        Assert.Equal(204, (await host.SendAsync("DELETE", $"/api/tenants/acme/keys/{key.Split('_')[1]}")).Status);
    }

    [Fact]
    public async Task A_hub_that_fails_is_a_problem_that_may_pass()
    {
        await using var host = await ApiHost.StartAsync();
        Hub(host).Failure = new LiveHubException("nobody answers", isTransient: true);
        var answer = await host.SendAsync("POST", "/api/tenants/acme/negotiate");
        Assert.Equal((503, "request: nobody answers"), (answer.Status, answer.Detail));
    }

    [Fact]
    public async Task Revoking_a_key_closes_its_connections()
    {
        await using var host = await ApiHost.StartAsync();
        var closed = new List<(string, string)>();
        Hub(host).Closing = (id, reason) =>
        {
            closed.Add((id, reason));
            return Task.CompletedTask;
        };
        var id = (await host.KeyAsync("acme")).Split('_')[1];
        Assert.Equal(204, (await host.SendAsync("DELETE", $"/api/tenants/acme/keys/{id}")).Status);
        Assert.Equal([(id, "the key was revoked")], closed);
        Assert.Equal(404, (await host.SendAsync("DELETE", "/api/tenants/acme/keys/acme.0000000000000000")).Status);
        Assert.Single(closed);
    }

    [Fact]
    public async Task A_key_is_revoked_whatever_becomes_of_its_connections()
    {
        await using var host = await ApiHost.StartAsync();
        Hub(host).Closing = (_, _) => throw new LiveHubException("refused", isTransient: false);
        await RevokeAsync(host, () => Task.CompletedTask);

        // One that never answers is waited for no longer than its limit.
        var asked = new TaskCompletionSource();
        Hub(host).Closing = (_, _) =>
        {
            asked.SetResult();
            return new TaskCompletionSource().Task;
        };
        await RevokeAsync(host, async () =>
        {
            await asked.Task;
            host.Time.Advance(TimeSpan.FromSeconds(5));
        });
        Assert.Equal(2, host.Logged.Of("Sentiment.Live").Count(line => line.Contains("could not be closed", StringComparison.Ordinal)));
    }

    private static async Task RevokeAsync(ApiHost host, Func<Task> meanwhile)
    {
        var key = await host.KeyAsync("acme");
        var revoking = host.SendAsync("DELETE", $"/api/tenants/acme/keys/{key.Split('_')[1]}");
        await meanwhile();
        Assert.Equal(204, (await revoking).Status);
        Assert.Equal(401, (await host.GetAsync("/api/tenants/acme/metrics", key)).Status);
    }

    private static ScriptedHub Hub(ApiHost host) => (ScriptedHub)host.Services.GetRequiredService<ILiveHub>();
}
