using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Sentiment.Api.Requests;

/// <summary>A request cannot be answered; whoever finds out throws it, and the gate answers with one problem document.</summary>
internal sealed class RequestProblem : Exception
{
    private const int MaxDetail = 1000;
    private const int MaxErrors = 100;

    /// <summary>Makes a problem.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="name">The parameter or field it is about.</param>
    /// <param name="expected">What was expected of it.</param>
    public RequestProblem(int status, string name, string expected)
        : this(status, $"{name}: {expected}")
    {
    }

    private RequestProblem(int status, string detail)
        : base(detail) => Status = status;

    public int Status { get; }

    /// <summary>What is wrong by field, where several may be; null: the text says it.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; private init; }

    public ProblemHttpResult Result => TypedResults.Problem(
        Message.Length > MaxDetail ? Message[..MaxDetail] : Message, statusCode: Status, extensions: Errors is null ? null : [new("errors", Errors)]);

    /// <summary>A problem whose text names its field already.</summary>
    public static RequestProblem Of(int status, string detail) => new(status, detail);

    /// <summary>What was given has problems, each behind its field and a colon.</summary>
    public static RequestProblem Of(IReadOnlyList<string> problems) => new(StatusCodes.Status400BadRequest, string.Join("; ", problems))
    {
        Errors = problems.Take(MaxErrors).Select(p => p.Split(": ", 2)).GroupBy(p => p[0], p => p[^1], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal),
    };

    /// <summary>What was given is not what is expected.</summary>
    public static RequestProblem Bad(string name, string expected) => new(StatusCodes.Status400BadRequest, name, expected);

    /// <summary>There is nothing of that name.</summary>
    public static RequestProblem None(string name, string message) => new(StatusCodes.Status404NotFound, name, message);

    public static RequestProblem NoTenant(string tenant) => None("tenant", $"no tenant '{tenant}'");

    public static RequestProblem NoRun(string id) => None("id", $"no run '{id}'");

    /// <summary>What is asked for is another tenant's, there or not.</summary>
    public static RequestProblem OtherTenant() => new(StatusCodes.Status403Forbidden, "tenant", "this key reaches its own tenant alone");

    public static RequestProblem LongBody(int maxBytes) => new(StatusCodes.Status413PayloadTooLarge, "body", $"at most {maxBytes} bytes expected");
}
