using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Sentiment.Api;

/// <summary>Times in a query: RFC 3339, UTC where no offset is given; a date alone is its start.</summary>
internal static class Times
{
    private static readonly string[] Formats =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    public static bool TryRead(string? text, out DateTimeOffset? time)
    {
        var isTime = DateTimeOffset.TryParseExact(
            text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var read);
        time = isTime ? read : null;
        return isTime || text is null;
    }

    public static ProblemHttpResult Bad(string name) => TypedResults.Problem(
        $"{name}: a time as in RFC 3339 expected, such as 2026-11-01T00:00:00Z or 2026-11-01", statusCode: StatusCodes.Status400BadRequest);
}
