using Sentiment.Api.Tests.Support;
using Sentiment.Domain.Access;

namespace Sentiment.Api.Tests.Access;

public sealed class RoleTests
{
    private const string Deletion = "DELETE /api/tenants/{tenant}";

    // The first that a route is, or that its path begins with, says who may call it; what none fits is nobody's, and fails here.
    private static readonly (string Path, string Who)[] Table =
    [
        (Deletion, "admin"),
        ("PUT /api/tenants/{tenant}", "managers"),
        ("/api/health", "anybody"),
        ("/api/docs", "anybody"),
        ("/api/unsubscribe", "anybody"),
        ("/api/openapi", "readers"),
        ("/api/me", "readers"),
        ("/api/runs", "admin"),
        ("/api/vendors", "admin"),
        ("PUT /api/tenants/{tenant}/rules/{rule}", "managers"),
        ("DELETE /api/tenants/{tenant}/rules/{rule}", "managers"),
        ("POST /api/tenants/{tenant}/rules/preview", "managers"),
        ("/api/tenants/{tenant}/deletion", "admin"),
        ("/api/tenants/{tenant}/keys", "managers"),
        ("/api/tenants/{tenant}/changes", "managers"),
        ("/api/tenants/{tenant}/credentials", "managers"),
        ("/api/tenants/{tenant}/alerts/{id}/seen", "managers"),
        ("/api/tenants/{tenant}/alerts/{id}/resend", "managers"),
        ("/api/tenants/{tenant}", "own"),
        ("/api/tenants", "readers"),
    ];

    private static readonly string[] Admitted = ["200", "201", "202", "204", "304", "400", "404", "409", "412", "413", "428"];

    /// <summary>What each caller gets of a route of each kind; <c>in</c>: it is let in, whatever it then gets.</summary>
    private static readonly Dictionary<string, Dictionary<string, string>> Expected = new()
    {
        ["anybody"] = new() { ["none"] = "in", ["wrong"] = "in", ["revoked"] = "in", ["admin"] = "in", ["own"] = "in", ["other"] = "in", ["run only"] = "in", ["manager"] = "in", ["other manager"] = "in", ["manage only"] = "in" },
        ["readers"] = new() { ["none"] = "401", ["wrong"] = "401", ["revoked"] = "401", ["admin"] = "in", ["own"] = "in", ["other"] = "in", ["run only"] = "403", ["manager"] = "in", ["other manager"] = "in", ["manage only"] = "403" },
        ["own"] = new() { ["none"] = "401", ["wrong"] = "401", ["revoked"] = "401", ["admin"] = "in", ["own"] = "in", ["other"] = "403", ["run only"] = "403", ["manager"] = "in", ["other manager"] = "403", ["manage only"] = "403" },
        ["managers"] = new() { ["none"] = "401", ["wrong"] = "401", ["revoked"] = "401", ["admin"] = "in", ["own"] = "403", ["other"] = "403", ["run only"] = "403", ["manager"] = "in", ["other manager"] = "403", ["manage only"] = "in" },
        ["admin"] = new() { ["none"] = "401", ["wrong"] = "401", ["revoked"] = "401", ["admin"] = "in", ["own"] = "403", ["other"] = "403", ["run only"] = "403", ["manager"] = "403", ["other manager"] = "403", ["manage only"] = "403" },
    };

    [Fact]
    public async Task Every_route_lets_in_whom_it_is_for_and_nobody_else()
    {
        await using var host = await ApiHost.StartAsync(withRecords: true);
        var keys = new Dictionary<string, string?>
        {
            ["none"] = null,
            ["wrong"] = "sk_acme.0123456789abcdef_" + new string('A', 43),
            ["revoked"] = await RevokedAsync(host),
            ["admin"] = ApiHost.AdminKey,
            ["own"] = await host.KeyAsync("acme"),
            ["other"] = await host.KeyAsync("bolt"),
            ["run only"] = await host.KeyAsync("acme", KeyScopes.Run),
            ["manager"] = await host.KeyAsync("acme", [.. KeyScopes.All]),
            ["other manager"] = await host.KeyAsync("bolt", [.. KeyScopes.All]),
            ["manage only"] = await host.KeyAsync("acme", KeyScopes.Manage),
        };
        var wrong = new List<string>();

        // What deletes the tenant goes last.
        foreach (var (method, endpoint) in host.Routes.OrderBy(r => $"{r.Method} {r.Endpoint.RoutePattern.RawText}" == Deletion))
        {
            var route = endpoint.RoutePattern.RawText!;
            var who = Table.First(t => t.Path == $"{method} {route}" || route.StartsWith(t.Path, StringComparison.Ordinal)).Who;
            var path = route.Replace("{tenant}", "acme", StringComparison.Ordinal).Replace("{id}", "nothing", StringComparison.Ordinal).Replace("{rule}", "nothing", StringComparison.Ordinal).Replace("{name}", "x", StringComparison.Ordinal).Replace("{group}", "acme.runs", StringComparison.Ordinal).Replace("{token}", "x", StringComparison.Ordinal).Replace("{item}", "x", StringComparison.Ordinal);
            foreach (var (role, key) in keys)
            {
                var status = $"{(await host.SendAsync(method, path, key)).Status}";
                var expected = Expected[who][role];
                if (expected == "in" ? !Admitted.Contains(status) : status != expected)
                {
                    wrong.Add($"{method} {route} by {role}: {status}, {expected} expected");
                }
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_tenants_key_gets_the_same_answer_for_another_tenant_and_for_one_that_does_not_exist()
    {
        await using var host = await ApiHost.StartAsync();
        var key = await host.KeyAsync("acme");
        var (other, none) = (await host.GetAsync("/api/tenants/bolt/quarantine", key), await host.GetAsync("/api/tenants/nobody/quarantine", key));
        Assert.Equal((403, other.Detail), (none.Status, none.Detail));
        Assert.Equal("tenant: this key reaches its own tenant alone", other.Detail);
        Assert.Equal("tenant: no tenant 'nobody'", (await host.GetAsync("/api/tenants/nobody/quarantine")).Detail);
    }

    private static async Task<string> RevokedAsync(ApiHost host)
    {
        var key = await host.KeyAsync("acme");
        Assert.Equal(200, (await host.GetAsync("/api/tenants/acme", key)).Status);
        Assert.Equal(204, (await host.SendAsync("DELETE", $"/api/tenants/acme/keys/{key.Split('_')[1]}")).Status);
        return key;
    }
}
