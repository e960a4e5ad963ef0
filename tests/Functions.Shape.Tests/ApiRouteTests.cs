using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Api;

namespace Sentiment.Functions.Shape.Tests;

public partial class ApiRouteTests
{
    [GeneratedRegex(@"^\| `(GET|POST|PUT|DELETE) (/[^`]*)`", RegexOptions.Multiline)]
    private static partial Regex DocumentedRoute { get; }

    [Fact]
    public async Task The_endpoints_are_those_that_docs_api_lists()
    {
        await using var services = new ServiceCollection().AddRouting().AddLogging().AddSentimentApi().BuildServiceProvider();
        var routes = new Routes(new EveryService(services));
        routes.MapSentimentApi();
        var mapped = routes.DataSources.SelectMany(source => source.Endpoints).Cast<RouteEndpoint>()
            .SelectMany(e => e.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method => $"{method} {e.RoutePattern.RawText}"));

        var documented = DocumentedRoute.Matches(await File.ReadAllTextAsync(Path.Combine(FunctionSources.Root, "docs", "api.md")))
            .Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value}").ToList();
        Assert.NotEmpty(documented);
        Assert.Equal(documented.Order(StringComparer.Ordinal), mapped.Order(StringComparer.Ordinal));
    }

    private sealed class Routes(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(services);
    }

    /// <summary>Lets endpoints be made without what they need to run: every parameter of the product's own types is a service.</summary>
    private sealed class EveryService(IServiceProvider services) : IServiceProvider, IServiceProviderIsService
    {
        private readonly IServiceProviderIsService _known = services.GetRequiredService<IServiceProviderIsService>();

        public object? GetService(Type serviceType) => serviceType == typeof(IServiceProviderIsService) ? this : services.GetService(serviceType);

        public bool IsService(Type serviceType) => _known.IsService(serviceType)
            || serviceType == typeof(TimeProvider) || serviceType.FullName!.StartsWith("Sentiment.", StringComparison.Ordinal);
    }
}
