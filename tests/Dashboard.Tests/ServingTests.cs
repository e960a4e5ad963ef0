using System.Net.Http.Headers;
using System.Text.Json;

namespace Sentiment.Dashboard.Tests;

[Collection(Dashboards.Name)]
[Trait("needs", "browser")]
public sealed class ServingTests(Demo demo)
{
    [Fact]
    public async Task The_page_is_served_under_a_strict_policy_and_asked_for_anew_each_time()
    {
        using var answer = await demo.Http.GetAsync(demo.Address);

        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.True(answer.Headers.CacheControl!.NoCache);
    }

    [Fact]
    public async Task What_has_a_hash_in_its_name_is_kept_and_is_small_for_who_takes_it()
    {
        var page = await demo.Http.GetStringAsync(demo.Address);
        var path = page.Split('"').First(p => p.StartsWith("/assets/", StringComparison.Ordinal) && p.EndsWith(".js", StringComparison.Ordinal));
        using var plain = await demo.Http.GetAsync(new Uri(path, UriKind.Relative));
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("br"));
        using var small = await demo.Http.SendAsync(request);

        Assert.Equal(TimeSpan.FromDays(365), small.Headers.CacheControl!.MaxAge);
        Assert.Equal("br", Assert.Single(small.Content.Headers.ContentEncoding));
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.InRange(small.Content.Headers.ContentLength!.Value, 1, plain.Content.Headers.ContentLength!.Value / 2);
    }

    [Fact]
    public async Task On_Azure_the_policy_is_the_same_but_for_where_the_API_is()
    {
        using var answer = await demo.Http.GetAsync(demo.Address);
        using var azure = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Demo.Built("Dashboard"), "public", "staticwebapp.config.json")));
        var headers = azure.RootElement.GetProperty("globalHeaders");

        Assert.Equal(Directives(answer.Headers.GetValues("Content-Security-Policy").Single()), Directives(headers.GetProperty("Content-Security-Policy").GetString()!));
        Assert.Equal(answer.Headers.GetValues("Referrer-Policy").Single(), headers.GetProperty("Referrer-Policy").GetString());
        Assert.Equal(answer.Headers.GetValues("X-Content-Type-Options").Single(), headers.GetProperty("X-Content-Type-Options").GetString());
    }

    private static List<string> Directives(string policy) =>
        [.. policy.Split("; ").Where(d => !d.StartsWith("connect-src", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
