using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Sentiment.Api;

/// <summary>What every list takes: <c>limit</c> (1 to 1,000, default 100) and <c>cursor</c>.</summary>
internal static class Paging
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    public static bool TryRead(string? limit, out int count)
    {
        count = DefaultLimit;
        return limit is null || (int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is >= 1 and <= MaxLimit);
    }

    public static ProblemHttpResult BadLimit() =>
        TypedResults.Problem($"limit: a number from 1 to {MaxLimit} expected", statusCode: StatusCodes.Status400BadRequest);

    public static ProblemHttpResult BadCursor() =>
        TypedResults.Problem("cursor: the 'next' of the page before expected", statusCode: StatusCodes.Status400BadRequest);
}
