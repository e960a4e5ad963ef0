using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Sentiment.Api.Requests;

/// <summary>What a change of something with an entity tag expects of it: that it is not there yet, or that it still is as it was read.</summary>
internal static class Conditions
{
    /// <summary>Reads the condition that a change must have.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The entity tag that must still hold; null: it must not be there yet.</returns>
    /// <exception cref="RequestProblem">There is none, or not exactly one.</exception>
    public static string? Required(HttpRequest request)
    {
        var (match, none) = (request.Headers.IfMatch.ToString(), request.Headers.IfNoneMatch.ToString());
        if (match.Length == 0 && none.Length == 0)
        {
            throw new RequestProblem(StatusCodes.Status428PreconditionRequired, "If-Match", "its ETag expected, or 'If-None-Match: *' to create");
        }

        return match.Length > 0 && none.Length > 0 ? throw RequestProblem.Bad("If-Match", "expected alone, or 'If-None-Match: *' alone")
            : match.Length > 0 ? match
            : none == "*" ? null : throw RequestProblem.Bad("If-None-Match", "* expected");
    }

    /// <summary>The entity tag that must still hold; null: there is no condition.</summary>
    public static string? Optional(HttpRequest request) => request.Headers.IfMatch.ToString() is { Length: > 0 } match and not "*" ? match : null;

    /// <summary>It is not as the request expects.</summary>
    public static RequestProblem Stale(string expected) => new(StatusCodes.Status412PreconditionFailed, "If-Match", expected);

    /// <summary>Says in the description that a route asks for a condition.</summary>
    public static RouteHandlerBuilder AsksForCondition(this RouteHandlerBuilder route) => route.WithMetadata(new ConditionalRoute());
}

/// <summary>Marks a route that asks for <c>If-Match</c> or <c>If-None-Match</c>.</summary>
internal sealed record ConditionalRoute;
