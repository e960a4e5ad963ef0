using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Adapters.Caching;
using Sentiment.Adapters.Configuration;
using Sentiment.Adapters.Files;
using Sentiment.Adapters.Sqlite;
using Sentiment.Domain.Access;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Live;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;
using Sentiment.Domain.Workflows;

namespace Sentiment.Api.Tests.Support;

/// <summary>The API as hosts map it, on Kestrel and SQLite in a folder of its own, with the records of two tenants.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    public const string AdminKey = "the-admin-key";

    /// <summary>Stands in all that is the second tenant's, and nowhere else.</summary>
    public const string Marker = "MARKERB";

    private readonly string _folder = Directory.CreateTempSubdirectory("sentiment-").FullName;
    private readonly WebApplication _app;

    private ApiHost((string Key, string Value)[] settings, Action<IServiceCollection>? change)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Configuration.AddInMemoryCollection([new("Api:UnknownPerSecond", "100000"), new("Api:RequestsPerSecond", "100000"), new("Api:Burst", "100000")]);
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Logging.AddProvider(Logged);
        var services = builder.Services.AddRouting();
        services.AddSingleton<TimeProvider>(Time);
        services.AddSqliteTables(o => o.Path = Path.Combine(_folder, "tables.db")).AddFileBlobs(o => (o.Root, o.FlushToDisk) = (Path.Combine(_folder, "blobs"), false));
        services.AddSingleton<ISentimentScorer, LetterScorer>().AddSingleton<ISecrets, Secrets>().AddSingleton<IWorkflowClient, IdleWorkflows>();
        foreach (var description in Records.Sources)
        {
            services.AddSingleton<ITableSource>(new ScriptedVendor(description, Time) { Pages = Records.Pages(description) });
        }

        services.AddBound<IngestionOptions>(builder.Configuration, IngestionOptions.Section).AddIngestion();
        services.AddBound<RetentionOptions>(builder.Configuration, RetentionOptions.Section).AddRetention().AddTenantDeletion(isOneProcess: true);
        services.AddSingleton(Options.Create(new ScheduleOptions()));
        services.AddDocumentCache(builder.Configuration, isOneProcess: true);
        services.AddBound<ApiOptions>(builder.Configuration, ApiOptions.Section).AddSentimentApi();
        services.AddSingleton<IAdminKey, FixedAdminKey>().AddStoredTenants(_ => new FixedTenants(Records.Roster));
        services.AddSingleton<ILiveHub, ScriptedHub>();
        change?.Invoke(services);
        _app = builder.Build();
        _app.UseSentimentApi();
        _app.MapSentimentApi();
        Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None });
    }

    public FakeTimeProvider Time { get; } = new(Records.Now);

    public HttpClient Http { get; }

    public Log Logged { get; } = new();

    public IServiceProvider Services => _app.Services;

    /// <summary>Every route that is mapped under <c>/api</c>.</summary>
    public IReadOnlyList<(string Method, RouteEndpoint Endpoint)> Routes =>
        [.. ((IEndpointRouteBuilder)_app).DataSources.SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .SelectMany(e => e.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method => (method, e)))
            .OrderBy(r => r.e.RoutePattern.RawText, StringComparer.Ordinal).ThenBy(r => r.method, StringComparer.Ordinal)];

    /// <summary>A host; with records, where a test reads any.</summary>
    public static Task<ApiHost> StartAsync(bool withRecords = false, params (string Key, string Value)[] settings) => StartAsync(withRecords, null, settings);

    /// <summary>A host with some services that are not as they are elsewhere.</summary>
    public static async Task<ApiHost> StartAsync(bool withRecords, Action<IServiceCollection>? change, params (string Key, string Value)[] settings)
    {
        var host = new ApiHost(settings, change);
        if (withRecords)
        {
            await Records.StoreAsync(host.Services);
        }

        await host._app.StartAsync();
        host.Http.BaseAddress = new Uri(host._app.Urls.Single());
        return host;
    }

    /// <summary>A new key of a tenant.</summary>
    public async Task<string> KeyAsync(string tenant, params string[] scopes) =>
        (await Services.GetRequiredService<KeyStore>().CreateAsync(tenant, scopes.Length == 0 ? [KeyScopes.Read] : scopes, default)).Text;

    public async Task<Answer> SendAsync(string method, string path, string? key = AdminKey, HttpContent? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative)) { Content = body };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await Http.SendAsync(request);
        var content = await answer.Content.ReadAsByteArrayAsync();
        var all = answer.Headers.Concat(answer.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new((int)answer.StatusCode, all, content);
    }

    public Task<Answer> GetAsync(string path, string? key = AdminKey) => SendAsync("GET", path, key);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class FixedAdminKey : IAdminKey
    {
        public ValueTask<string> GetAsync(CancellationToken cancellationToken) => new(AdminKey);
    }
}

/// <summary>What was answered.</summary>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Bytes)
{
    public string Text => System.Text.Encoding.UTF8.GetString(Bytes);

    public JsonElement Json => JsonDocument.Parse(Bytes).RootElement;

    /// <summary>The detail of a problem document; null: it is none, or has none.</summary>
    public string? Detail => Headers.GetValueOrDefault("Content-Type")?.StartsWith("application/problem+json", StringComparison.Ordinal) == true
        && Json.TryGetProperty("detail", out var detail) ? detail.GetString() : null;
}

/// <summary>Remembers log lines by category.</summary>
internal sealed class Log : ILoggerProvider
{
    private readonly ConcurrentQueue<(string Category, string Line)> _lines = new();

    public IReadOnlyList<string> Of(string category) => [.. _lines.Where(l => l.Category == category).Select(l => l.Line)];

    public ILogger CreateLogger(string categoryName) => new Lines(this, categoryName);

    public void Dispose()
    {
    }

    private sealed class Lines(Log log, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log._lines.Enqueue((category, formatter(state, exception)));
    }
}
