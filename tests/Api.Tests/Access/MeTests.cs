using System.Text.Json;
using Sentiment.Api.Tests.Support;
using Sentiment.Domain.Access;

namespace Sentiment.Api.Tests.Access;

public sealed class MeTests
{
    [Fact]
    public async Task A_caller_is_told_whose_its_key_is_and_what_it_may_do()
    {
        await using var host = await ApiHost.StartAsync();
        var key = await host.KeyAsync("acme", KeyScopes.Read);

        var (admin, own) = ((await host.GetAsync("/api/me")).Json, (await host.GetAsync("/api/me", key)).Json);

        Assert.Equal(("admin", JsonValueKind.Null, true), (admin.GetProperty("id").GetString(), admin.GetProperty("tenant").ValueKind, admin.GetProperty("admin").GetBoolean()));
        Assert.Equal((key.Split('_')[1], "acme", false), (own.GetProperty("id").GetString(), own.GetProperty("tenant").GetString(), own.GetProperty("admin").GetBoolean()));
        Assert.All([admin, own], me => Assert.Equal(["default"], me.GetProperty("models").EnumerateArray().Select(m => m.GetString())));
        Assert.Equal([KeyScopes.Read], own.GetProperty("scopes").EnumerateArray().Select(s => s.GetString()));
    }
}
