using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Sentiment.Api.Access;

/// <summary>Writes a line for each change that somebody asks for, refused ones too; category <c>Sentiment.Audit</c>. No line has a body, a query or a key.</summary>
internal sealed partial class AuditLog(ILoggerFactory logs)
{
    private readonly ILogger _log = logs.CreateLogger("Sentiment.Audit");

    /// <summary>Names the run that a request started or concerns where its path does not.</summary>
    public static void Concerns(HttpContext context, string run) => context.Features.Set(new AuditedRun(run));

    public void Write(HttpContext context, int status)
    {
        if (HttpMethods.IsGet(context.Request.Method))
        {
            return;
        }

        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "";
        var values = string.Join(' ', context.Request.RouteValues.Select(v => $"{v.Key}={Plain(v.Value?.ToString() ?? "")}"));
        var run = context.Features.Get<AuditedRun>()?.Run
            ?? (route.Contains("/runs/{id}", StringComparison.Ordinal) ? Plain(context.Request.RouteValues["id"]?.ToString() ?? "") : "-");
        Changed(_log, context.Features.Get<Caller>()?.Id ?? "unknown", context.Request.Method, route, values.Length == 0 ? "-" : values, status, run);
    }

    // A line break in a path must not begin a line of its own.
    private static string Plain(string value)
    {
        var head = value.Length > 200 ? value[..200] : value;
        return string.Concat(head.Select(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '\u2028' or '\u2029' ? '?' : c));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Caller} {Method} {Route} {Values} {Status} run {Run}")]
    private static partial void Changed(ILogger logger, string caller, string method, string route, string values, int status, string run);

    private sealed record AuditedRun(string Run);
}
