using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Sentiment.Api.Access;
using Sentiment.Api.Requests;

namespace Sentiment.Api.OpenApi;

/// <summary>Completes the description of the API that ASP.NET Core makes of the mapped routes.</summary>
internal static class Described
{
    /// <summary>The description's name and version.</summary>
    public const string Name = "v1";

    private const string Json = "application/json";
    private const string ProblemJson = "application/problem+json";

    public static void AddDescription(this IServiceCollection services) => services.AddOpenApi(Name, options =>
    {
        options.ShouldInclude = route => route.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true
            && !route.ActionDescriptor.EndpointMetadata.OfType<HiddenRoute>().Any();
        options.AddDocumentTransformer((document, _, _) => Describe(document));
        options.AddOperationTransformer(DescribeAsync);
        options.AddSchemaTransformer((schema, _, _) => OneType(schema));
    });

    private static Task Describe(OpenApiDocument document)
    {
        document.Info = new()
        {
            Title = "Sentiment",
            Version = Name,
            Description = "Market news, scored. Lists take 'limit' and 'cursor' and return {\"items\":[…],\"next\":…}; errors are problem details (RFC 9457) "
                + "whose detail names the parameter or field; times are RFC 3339 in UTC.",
        };
        document.Servers = [new() { Url = "/" }];
        document.Tags = document.Paths.Keys.Select(path => Tag(path.TrimStart('/'))).Distinct().Order(StringComparer.Ordinal).Select(name => new OpenApiTag { Name = name }).ToHashSet();
        document.Components ??= new();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["bearer"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "The admin key, or a tenant's." },
            ["header"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "x-functions-key", Description = "The same keys." },
        };
        return Task.CompletedTask;
    }

    // Numbers are read from texts as well, but that is no promise, and none is written so.
    private static Task OneType(OpenApiSchema schema)
    {
        if (schema.Type is { } type && type.HasFlag(JsonSchemaType.String) && (type & (JsonSchemaType.Integer | JsonSchemaType.Number)) != 0)
        {
            (schema.Type, schema.Pattern) = (type & ~JsonSchemaType.String, null);
        }

        return Task.CompletedTask;
    }

    // What the path is about: of a tenant's, what of it.
    private static string Tag(string path) => path.Split('/').Skip(1).Where(part => !part.StartsWith('{')).ToList() is ["tenants", var what, ..] ? what : path.Split('/')[1];

    private static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var json = context.ApplicationServices.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value.SerializerOptions;
        var notes = metadata.OfType<ParameterNote>().Reverse().Concat(ParameterNote.Common).ToList();
        operation.Tags = new HashSet<OpenApiTagReference> { new(Tag(context.Description.RelativePath!), context.Document) };
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>())
        {
            if (notes.Find(n => n.Name == parameter.Name) is { } note)
            {
                (parameter.Description, parameter.Example) = (note.Description, JsonValue.Create(note.Example));
                parameter.Required |= note.IsRequired;
            }

            if (parameter.Name == "limit")
            {
                parameter.Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = "1000", Default = JsonValue.Create(100) };
                parameter.Example = JsonValue.Create(100);
            }
        }

        if (metadata.OfType<BodyExample>().LastOrDefault() is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [Json] = new() { Schema = await context.GetOrCreateSchemaAsync(body.Value.GetType(), null, cancellationToken).ConfigureAwait(false), Example = Node(body.Value, json) },
                },
            };
        }

        if (metadata.OfType<AnswerExample>().LastOrDefault() is { } answer)
        {
            foreach (var content in operation.Responses!.Where(r => r.Key.StartsWith('2')).SelectMany(r => r.Value.Content?.Values ?? []))
            {
                content.Example = Node(answer.Value, json);
            }
        }

        await DescribeProblemsAsync(operation, context, metadata, cancellationToken).ConfigureAwait(false);
    }

    private static async Task DescribeProblemsAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, IList<object> metadata, CancellationToken cancellationToken)
    {
        var access = metadata.OfType<RouteAccess>().LastOrDefault() ?? RouteAccess.Admin;
        if (!access.NeedsKey)
        {
            return;
        }

        operation.Security = [Requirement("bearer"), Requirement("header")];
        var hasPath = context.Description.ParameterDescriptions.Any(p => p.Source.Id == "Path");
        var conditional = metadata.OfType<ConditionalRoute>().Any();
        var changes = !HttpMethods.IsGet(context.Description.HttpMethod ?? "");
        var problems = new (int Status, string Description, string Detail, bool Applies)[]
        {
            (400, "What was given is not as expected.", "limit: a number from 1 to 1000 expected", true),
            (401, "No key, or one that is not known.", "authorization: the key is not known", true),
            (403, "The key does not reach that far.", "tenant: this key reaches its own tenant alone", true),
            (404, "There is nothing of that name.", "tenant: no tenant 'x'", hasPath),
            (409, "It does not stand as the call needs.", "id: run 'x' has ended", changes),
            (412, "It is not, or no longer, as the request expects.", "If-Match: it was changed since; read it again", conditional),
            (413, "The body is too long.", "body: at most 65536 bytes expected", changes),
            (428, "The request does not say what it expects to change.", "If-Match: its ETag expected, or 'If-None-Match: *' to create", conditional && context.Description.HttpMethod == HttpMethods.Put),
            (429, "Too many requests; Retry-After says when to come again.", "authorization: at most 500 requests a second, 1000 at once, expected", true),
            (504, "It took too long.", "time: an answer within 30 s expected; ask for less", true),
        };
        var schema = await context.GetOrCreateSchemaAsync(typeof(ProblemDetails), null, cancellationToken).ConfigureAwait(false);
        foreach (var (status, description, detail, _) in problems.Where(p => p.Applies))
        {
            var key = status.ToString(System.Globalization.CultureInfo.InvariantCulture);
            operation.Responses!.Remove(key);
            operation.Responses.Add(key, new OpenApiResponse
            {
                Description = description,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [ProblemJson] = new() { Schema = schema, Example = new JsonObject { ["status"] = status, ["detail"] = detail } },
                },
            });
        }

        OpenApiSecurityRequirement Requirement(string name) => new() { [new OpenApiSecuritySchemeReference(name, context.Document)] = [] };
    }

    private static JsonNode? Node(object value, JsonSerializerOptions options) => JsonSerializer.SerializeToNode(value, value.GetType(), options);
}

/// <summary>Marks a route that is no part of the API's description.</summary>
internal sealed record HiddenRoute;
