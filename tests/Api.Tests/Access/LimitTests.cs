using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Api.Tests.Support;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api.Tests.Access;

public sealed class LimitTests
{
    // A second gives back one request, so on the slowest machine the bucket runs dry long before this many are through.
    private const int Many = 1000;

    [Fact]
    public async Task A_key_that_asks_too_often_is_told_when_to_come_again_and_no_other_key_suffers()
    {
        await using var host = await ApiHost.StartAsync(false, ("Api:RequestsPerSecond", "1"), ("Api:Burst", "3"));
        var (acme, bolt) = (await host.KeyAsync("acme"), await host.KeyAsync("bolt"));
        var refused = await UntilAsync(429, () => host.GetAsync("/api/tenants/acme", acme));
        Assert.StartsWith("authorization: at most 1 requests a second, 3 at once", refused.Detail, StringComparison.Ordinal);
        Assert.InRange(int.Parse(refused.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal(200, (await host.GetAsync("/api/tenants/bolt", bolt)).Status);
    }

    [Fact]
    public async Task An_address_without_a_known_key_is_held_back_and_health_and_keys_are_not()
    {
        await using var host = await ApiHost.StartAsync(false, ("Api:UnknownPerSecond", "1"));
        await UntilAsync(429, () => host.GetAsync("/api/runs", "wrong"));
        Assert.Equal(200, (await host.GetAsync("/api/runs")).Status);
        Assert.Equal(200, (await host.GetAsync("/api/health", null)).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_that_is_too_long_is_a_problem_whether_its_length_is_told_or_not(bool isChunked)
    {
        await using var host = await ApiHost.StartAsync();
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($"{{\"tenants\":[\"{new string('x', ApiOptions.MaxBodyBytes)}\"]}}"));
        using var body = new StreamContent(stream);
        body.Headers.ContentType = new("application/json");
        body.Headers.ContentLength = isChunked ? null : stream.Length;
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/runs", UriKind.Relative)) { Content = body };
        request.Headers.TransferEncodingChunked = isChunked;
        request.Headers.Add("x-functions-key", ApiHost.AdminKey);
        using var answer = await host.Http.SendAsync(request);
        Assert.Equal(413, (int)answer.StatusCode);
        Assert.Contains("body: at most 65536 bytes expected", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_is_given_up_and_is_a_problem()
    {
        var tenants = new NeverAnswering();
        await using var host = await ApiHost.StartAsync(withRecords: false, services => services.AddSingleton<ITenantDirectory>(tenants).Configure<RequestTimeoutOptions>(options =>
            options.DefaultPolicy = new() { Timeout = TimeSpan.FromMilliseconds(50), WriteTimeoutResponse = options.DefaultPolicy!.WriteTimeoutResponse }));
        var answer = await host.GetAsync("/api/tenants");
        Assert.Equal((504, "time: an answer within 30 s expected; ask for less"), (answer.Status, answer.Detail));
        Assert.True(tenants.WasGivenUp);
    }

    [Fact]
    public async Task A_tenants_file_with_problems_is_told_and_stops_no_health()
    {
        await using var host = await ApiHost.StartAsync(withRecords: false, services => services.AddSingleton<ITenantDirectory>(new BadFile()));
        foreach (var path in new[] { "/api/tenants", "/api/tenants/acme/quarantine" })
        {
            var answer = await host.GetAsync(path);
            Assert.Equal((503, true), (answer.Status, answer.Detail!.StartsWith("tenants: ", StringComparison.Ordinal)));
        }

        Assert.Equal(200, (await host.GetAsync("/api/health", null)).Status);
    }

    [Fact]
    public async Task Every_change_is_audited_with_who_what_and_how_it_ended_and_without_a_secret()
    {
        await using var host = await ApiHost.StartAsync();
        var started = (await host.SendAsync("POST", "/api/runs", body: JsonContent.Create(new { }))).Json.GetProperty("id").GetString();
        var made = await host.SendAsync("POST", "/api/tenants/acme/keys", body: JsonContent.Create(new { scopes = (string[])["read", "run"] }));
        var key = made.Json.GetProperty("key").GetString()!;
        await host.SendAsync("POST", $"/api/runs/{started}/suspend?reason=lunch", key);
        await host.SendAsync("DELETE", "/api/runs/a%0Ab", null);
        await host.GetAsync("/api/runs");
        var id = key.Split('_')[1];
        Assert.Equal(
            [
                $"admin POST /api/runs - 202 run {started}", "admin POST /api/tenants/{tenant}/keys tenant=acme 201 run -",
                $"{id} POST /api/runs/{{id}}/suspend id={started} 403 run {started}", "unknown DELETE /api/runs/{id} id=a?b 401 run a?b",
            ],
            host.Logged.Of("Sentiment.Audit"));
        Assert.DoesNotContain(key.Split('_', 3)[2], string.Concat(host.Logged.Of("Sentiment.Audit")), StringComparison.Ordinal);
    }

    private static async Task<Answer> UntilAsync(int status, Func<Task<Answer>> ask)
    {
        for (var i = 0; i < Many; i++)
        {
            if (await ask() is { } answer && answer.Status == status)
            {
                return answer;
            }
        }

        throw new TimeoutException($"None of {Many} answers was {status}.");
    }

    private sealed class NeverAnswering : ITenantDirectory
    {
        public bool WasGivenUp { get; private set; }

        public async ValueTask<TenantRoster> GetAsync(CancellationToken cancellationToken)
        {
            var never = new TaskCompletionSource<TenantRoster>();
            await using var end = cancellationToken.Register(() =>
            {
                WasGivenUp = true;
                never.TrySetCanceled(cancellationToken);
            });
            return await never.Task;
        }
    }

    private sealed class BadFile : ITenantDirectory
    {
        public ValueTask<TenantRoster> GetAsync(CancellationToken cancellationToken) => throw new TenantsFileException(["$.tenants[0].id: missing"]);
    }
}
