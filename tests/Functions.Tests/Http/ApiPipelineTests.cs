using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Tenants;
using Sentiment.Functions.Http;
using Sentiment.Functions.Tests.Settings;

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
        builder.Configuration.AddInMemoryCollection(SampleSettings.Values!);
        builder.Services.AddSentiment(builder.Configuration);
        _app = builder.Build();
        _pipeline = _app.Services.GetRequiredService<ApiPipeline>();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<(int Status, JsonElement Body, HttpResponse Response)> SendAsync(string method, string path, string? key = null)
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

        using var body = new MemoryStream();
        context.Response.Body = body;
        await _pipeline.RunAsync(context);
        return (context.Response.StatusCode, JsonDocument.Parse(body.ToArray()).RootElement, context.Response);
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
