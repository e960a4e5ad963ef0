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
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRouting().AddLogging();
        builder.Services.AddSentimentApi();
        await using var app = builder.Build();
        app.MapSentimentApi();
        var mapped = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).Cast<RouteEndpoint>()
            .SelectMany(e => e.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(method => $"{method} {e.RoutePattern.RawText}"));

        var documented = DocumentedRoute.Matches(await File.ReadAllTextAsync(Path.Combine(FunctionSources.Root, "docs", "api.md")))
            .Select(m => $"{m.Groups[1].Value} {m.Groups[2].Value}").ToList();
        Assert.NotEmpty(documented);
        Assert.Equal(documented.Order(StringComparer.Ordinal), mapped.Order(StringComparer.Ordinal));
    }
}
