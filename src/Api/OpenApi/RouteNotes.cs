using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Sentiment.Api.OpenApi;

/// <summary>What the description of the API says of a route beside what can be seen from its handler.</summary>
internal static class RouteNotes
{
    /// <summary>Says what a route does and gives an example of its answer; null: it answers without a body.</summary>
    public static RouteHandlerBuilder Tells(this RouteHandlerBuilder route, string summary, object? example) =>
        example is null ? route.WithSummary(summary) : route.WithSummary(summary).WithMetadata(new AnswerExample(example));

    /// <summary>Gives an example of the JSON body that a route takes.</summary>
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder route, object example) => route.WithMetadata(new BodyExample(example));

    /// <summary>Describes a parameter that <see cref="ParameterNote.Common"/> does not know, or that means something else here.</summary>
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder route, string parameter, string description, string example, bool isRequired = false) =>
        route.WithMetadata(new ParameterNote(parameter, description, example, isRequired));
}

/// <summary>An answer as it may look.</summary>
internal sealed record AnswerExample(object Value);

/// <summary>A body as it may look.</summary>
internal sealed record BodyExample(object Value);

/// <summary>What a parameter means.</summary>
internal sealed record ParameterNote(string Name, string Description, string Example, bool IsRequired = false)
{
    /// <summary>Parameters that mean the same wherever they are.</summary>
    public static IReadOnlyList<ParameterNote> Common { get; } =
    [
        new("tenant", "A tenant's id.", "acme"),
        new("id", "A run's id.", "20261101T120000000Z-1f3a5c7e"),
        new("name", "The event's name, at most 100 characters.", "approved"),
        new("reason", "Why, for the run's status; at most 200 characters.", "maintenance"),
        new("table", "Only this table, such as tiingo/news.", "tiingo/news"),
        new("symbol", "Only this symbol; case does not matter.", "AAPL"),
        new("from", "From this time on, RFC 3339; a date alone is its start in UTC.", "2026-11-01T00:00:00Z"),
        new("to", "Before this time, RFC 3339; a date alone is its start in UTC.", "2026-11-02"),
        new("limit", "At most so many, 1 to 1,000; default 100.", "100"),
        new("cursor", "The 'next' of the page before.", "bWFya21hcmt0fDA"),
    ];
}
