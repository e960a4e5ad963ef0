using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Sentiment.Api.Requests;

/// <summary>What a change says must stand where it is made, by the version that its ETag names.</summary>
/// <param name="IsAbsent">Nothing may stand there: <c>If-None-Match: *</c>.</param>
/// <param name="Version">The version that must stand there; null: any.</param>
internal sealed record Precondition(bool IsAbsent, int? Version)
{
    /// <summary>Of a request; null: it has none.</summary>
    /// <exception cref="RequestProblem">It has one that is neither <c>*</c> nor an ETag of ours.</exception>
    public static Precondition? Of(HttpRequest request)
    {
        if (request.Headers.IfNoneMatch is { Count: > 0 } absent)
        {
            return absent.Count == 1 && absent[0]?.Trim() == "*" && request.Headers.IfMatch.Count == 0 ? new(true, null)
                : throw RequestProblem.Bad("If-None-Match", "'*' expected, without 'If-Match' beside it");
        }

        return request.Headers.IfMatch is not { Count: > 0 } tags ? null
            : tags.Count == 1 && tags[0]?.Trim() == "*" ? new(false, null)
            : EntityTagHeaderValue.TryParseStrictList(tags, out var known) && known is [var tag]
                ? new(false, int.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0)
                : throw RequestProblem.Bad("If-Match", "the ETag of what is changed expected");
    }

    /// <summary>Of a request that must have one.</summary>
    /// <exception cref="RequestProblem">It has none.</exception>
    public static Precondition Needed(HttpRequest request) => Of(request)
        ?? throw new RequestProblem(StatusCodes.Status428PreconditionRequired, "If-Match", "the ETag of what is changed expected, or 'If-None-Match: *' to make it");

    /// <summary>What stands there is of another version.</summary>
    public static RequestProblem Stale(string what) => new(StatusCodes.Status412PreconditionFailed, "If-Match", $"{what} has changed since; read it again");

    /// <summary>A version as an ETag.</summary>
    public static string TagOf(int version) => $"\"{version.ToString(CultureInfo.InvariantCulture)}\"";
}
