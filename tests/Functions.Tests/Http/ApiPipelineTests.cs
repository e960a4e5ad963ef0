using System.IO.Compression;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Functions.Http;
using Sentiment.Functions.Tests.Settings;
using Sentiment.Testing;

namespace Sentiment.Functions.Tests.Http;

/// <summary>The API inside the one function, with the endpoint that the worker chose already set on each request.</summary>
public sealed class ApiPipelineTests : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ApiPipeline _pipeline;

    public ApiPipelineTests()
    {
        // As the worker does: a web application's services, of which this one is never started.
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(SampleSettings.Values!).AddInMemoryCollection([new("Api:UnknownPerSecond", "1")]);
        builder.Services.AddSentiment(builder.Configuration);
        builder.Services.AddSingleton<ITableStore>(new MemoryTables());
        _app = builder.Build();
        _pipeline = _app.Services.GetRequiredService<ApiPipeline>();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<(int Status, JsonElement Body, HttpResponse Response)> SendAsync(string method, string path, string? key = null)
    {
        var (status, body, response) = await AskAsync(method, path, key);
        return (status, JsonDocument.Parse(body).RootElement, response);
    }

    private async Task<(int Status, byte[] Body, HttpResponse Response)> AskAsync(
        string method, string path, string? key = null, long? length = null, params (string Name, string Value)[] headers)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.SetEndpoint(new Endpoint(_ => throw new InvalidOperationException("the worker's own"), new EndpointMetadataCollection(), "{*path}"));
        context.Request.RouteValues["path"] = path;
        (context.Request.Method, context.Request.Path, context.Request.Scheme, context.Request.Host) = (method, path, "https", new HostString("app.example"));
        if (key is not null)
        {
            context.Request.Headers.Authorization = "Bearer " + key;
        }

        foreach (var (name, value) in headers)
        {
            context.Request.Headers[name] = value;
        }

        context.Request.ContentLength = length;
        using var body = new MemoryStream();
        context.Response.Body = body;
        await _pipeline.RunAsync(context);
        return (context.Response.StatusCode, body.ToArray(), context.Response);
    }

    [Fact]
    public async Task Health_is_answered_to_anybody()
    {
        var (status, body, _) = await SendAsync("GET", "/api/health");
        Assert.Equal((200, "ok"), (status, body.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task A_request_without_a_key_is_a_problem_document()
    {
        var (status, body, response) = await SendAsync("GET", "/api/runs");
        Assert.Equal((401, 401, "application/problem+json"), (status, body.GetProperty("status").GetInt32(), response.ContentType));
    }

    [Fact]
    public async Task A_path_that_does_not_exist_is_a_problem_document()
    {
        var (status, body, response) = await SendAsync("GET", "/api/nothing", "local-admin-key");
        Assert.Equal((404, 404, "application/problem+json"), (status, body.GetProperty("status").GetInt32(), response.ContentType));
    }

    [Fact]
    public async Task The_description_and_its_page_come_through()
    {
        var (status, api, _) = await SendAsync("GET", "/api/openapi/v1.json", "local-admin-key");
        Assert.Equal(200, status);
        Assert.True(api.GetProperty("paths").GetProperty("/api/tenants/{tenant}/keys").TryGetProperty("post", out _));
        Assert.All(api.GetProperty("paths").EnumerateObject(), path => Assert.StartsWith("/api/", path.Name, StringComparison.Ordinal));
        var page = await AskAsync("GET", "/api/docs");
        Assert.Equal((200, "text/html; charset=utf-8"), (page.Status, page.Response.ContentType));
    }

    [Fact]
    public async Task Answers_are_compressed_for_who_takes_Brotli()
    {
        var (status, body, response) = await AskAsync("GET", "/api/tenants", "local-admin-key", null, ("Accept-Encoding", "br"));
        Assert.Equal((200, "br"), (status, response.Headers.ContentEncoding.ToString()));
        using var unpacked = new BrotliStream(new MemoryStream(body), CompressionMode.Decompress);
        using var document = await JsonDocument.ParseAsync(unpacked);
        Assert.NotEqual(0, document.RootElement.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_body_that_is_too_long_is_a_problem_document()
    {
        var (status, body, response) = await AskAsync("POST", "/api/runs", "local-admin-key", length: 70_000);
        Assert.Equal((413, "application/problem+json"), (status, response.ContentType));
        Assert.StartsWith("body: ", JsonDocument.Parse(body).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_calls_without_a_known_key_is_told_apart_by_what_the_front_end_adds()
    {
        // A second gives one back, so on the slowest machine so many are never through.
        var refused = 0;
        for (var i = 0; i < 5000 && refused != 429; i++)
        {
            refused = (await AskAsync("GET", "/api/runs", "wrong", null, ("X-Forwarded-For", $"192.0.2.{i % 200}, 198.51.100.7:4711"))).Status;
        }

        Assert.Equal(429, refused);
        Assert.Equal(401, (await AskAsync("GET", "/api/runs", "wrong", null, ("X-Forwarded-For", "198.51.100.7, 198.51.100.8:4711"))).Status);
    }

    [Fact]
    public async Task The_admin_key_is_the_setting_where_there_is_one_and_else_the_secret()
    {
        var secrets = new Secrets();
        Assert.Equal("of the setting", await Key("of the setting").GetAsync(default));
        Assert.Equal("secret of keyvault:admin-key", await Key("").GetAsync(default));

        SecretAdminKey Key(string setting) => new(new ConfigurationBuilder().AddInMemoryCollection([new("AdminKey", setting)]).Build(), secrets);
    }

    private sealed class Secrets : ISecrets
    {
        public ValueTask<string> ResolveAsync(string reference, CancellationToken cancellationToken) => new("secret of " + reference);
    }
}
