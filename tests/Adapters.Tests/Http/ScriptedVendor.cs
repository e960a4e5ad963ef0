using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sentiment.Adapters.Caching;
using Sentiment.Adapters.Http;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Storage;
using Sentiment.Testing;

namespace Sentiment.Adapters.Tests.Http;

/// <summary>A vendor on a real socket that gives the answers a test scripted, and the sources that call it.</summary>
internal sealed class ScriptedVendor : IAsyncDisposable
{
    public const string Secret = "s3cret-t0ken";

    public static readonly DateTimeOffset Now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;
    private readonly ServiceProvider _services;
    private readonly ConcurrentQueue<RequestDelegate> _answers = new();
    private readonly Channel<SeenRequest> _arrivals = Channel.CreateUnbounded<SeenRequest>();
    private RequestDelegate _rest = Status(StatusCodes.Status418ImATeapot);

    private ScriptedVendor(WebApplication app, IEnumerable<(string Key, string Value)> settings)
    {
        _app = app;
        app.Run(AnswerAsync);
        app.Start();
        Address = new Uri(app.Urls.First());
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)).Concat(
        [
            new("Sources:Tiingo:BaseUrl", Address.ToString()),
            new("Sources:Finnhub:BaseUrl", new Uri(Address, "api/v1").ToString()),
            new("Sources:AlphaVantage:BaseUrl", Address.ToString()),
            new("Sources:helpdesk:BaseUrl", new Uri(Address, "helpdesk").ToString()),
            .. SimulatedVendors.Unlimited.Where(unlimited => settings.All(s => s.Key != unlimited.Key)),
        ])).Build();
        _services = new ServiceCollection().AddSingleton<TimeProvider>(Time).AddSingleton<ITableStore>(Tables).AddSources(configuration)
            .AddResponseCache(Caching(configuration))
            .AddLogging(logs => logs.SetMinimumLevel(LogLevel.Trace).AddProvider(Logged)).BuildServiceProvider();
        Tiingo = Source("tiingo/news");
        Finnhub = Source("finnhub/company-news");
    }

    /// <summary>Answers are kept only where a test is about that, for the others count calls.</summary>
    private static IConfiguration Caching(IConfiguration configuration) => configuration.GetSection(CachingOptions.Section).Exists() ? configuration
        : new ConfigurationBuilder().AddInMemoryCollection([new("Caching:Enabled", "false")]).Build();

    public Uri Address { get; }

    public HastyTime Time { get; } = new(Now);

    /// <summary>Where the calls are counted.</summary>
    public MemoryTables Tables { get; } = new();

    public ITableSource Tiingo { get; }

    public ITableSource Finnhub { get; }

    /// <summary>Everything that was logged, at any level.</summary>
    public LoggedLines Logged { get; } = new();

    /// <summary>The calls in their order.</summary>
    public ConcurrentQueue<SeenRequest> Seen { get; } = new();

    public static ScriptedVendor Start(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        return new(builder.Build(), settings);
    }

    /// <summary>What a first call asks for.</summary>
    public static PageRequest Request(CursorDate window = CursorDate.Crawled, string? cursor = null, string? credential = Secret, params string[] symbols) =>
        new(symbols.Length == 0 ? ["AAPL"] : symbols, Now.AddDays(-7), Now, window, cursor, credential);

    public static RequestDelegate Status(int status, string body = """{"detail":"no"}""", string? retryAfter = null) => context =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null)
        {
            context.Response.Headers.RetryAfter = retryAfter;
        }

        return body.Length == 0 ? Task.CompletedTask : context.Response.WriteAsync(body);
    };

    public static RequestDelegate Body(string json) => Status(StatusCodes.Status200OK, json);

    /// <summary>A body that announces more bytes than it has, then closes the connection.</summary>
    public static RequestDelegate Cut(string part, int announced) => async context =>
    {
        context.Response.ContentLength = announced;
        await context.Response.WriteAsync(part);
        await context.Response.Body.FlushAsync();
        context.Abort();
    };

    /// <summary>No answer at all, only a closed connection.</summary>
    public static Task Reset(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>Never ends; the caller must give up.</summary>
    public static RequestDelegate Hang(string? begun = null) => async context =>
    {
        if (begun is not null)
        {
            await context.Response.WriteAsync(begun);
            await context.Response.Body.FlushAsync();
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(
            _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    };

    /// <summary>The answers of the next calls, one each.</summary>
    public ScriptedVendor Then(params RequestDelegate[] answers)
    {
        foreach (var answer in answers)
        {
            _answers.Enqueue(answer);
        }

        return this;
    }

    /// <summary>The answer of every call after the scripted ones.</summary>
    public ScriptedVendor Always(RequestDelegate answer)
    {
        _rest = answer;
        return this;
    }

    /// <summary>Waits for the next call.</summary>
    public async Task<SeenRequest> ArrivalAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        return await _arrivals.Reader.ReadAsync(limit.Token);
    }

    public Task<SourceBody> FetchAsync(string? credential = Secret) => Tiingo.FetchAsync(Request(credential: credential), default).WaitAsync(Limit);

    /// <summary>How a call fails, whose message and causes hold no secret.</summary>
    public async Task<T> FailureAsync<T>(string? credential = Secret)
        where T : SourceException
    {
        var exception = await Assert.ThrowsAsync<T>(() => FetchAsync(credential));
        if (credential is { Length: > 0 })
        {
            Assert.DoesNotContain(credential, exception.ToString(), StringComparison.Ordinal);
        }

        return exception;
    }

    /// <summary>Closes the socket; whoever calls is refused.</summary>
    public async Task StopServingAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await StopServingAsync();
        await _app.DisposeAsync();
    }

    /// <summary>The source of a table.</summary>
    public ITableSource Source(string table) => _services.GetServices<ITableSource>().Single(s => s.Description.Table == table);

    private Task AnswerAsync(HttpContext context)
    {
        // First of all: whoever is told of the call may bring about the next one, which must not take this one's answer.
        var answer = _answers.TryDequeue(out var scripted) ? scripted : _rest;
        var seen = new SeenRequest(
            context.Request.Path + context.Request.QueryString,
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        Seen.Enqueue(seen);
        _arrivals.Writer.TryWrite(seen);
        return answer(context);
    }
}

internal sealed record SeenRequest(string Target, IReadOnlyDictionary<string, string> Headers);

/// <summary>Keeps every line that anybody logs.</summary>
internal sealed class LoggedLines : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        Lines.Enqueue($"{state}");
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{formatter(state, exception)} {exception}");

    public void Dispose()
    {
    }
}

/// <summary>Reads JSON as the body of an answer.</summary>
internal static class Bodies
{
    public static SourceBody Of(string json) => new(Encoding.UTF8.GetBytes(json), ScriptedVendor.Now);
}
