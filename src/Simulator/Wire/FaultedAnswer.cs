using System.Globalization;
using Sentiment.Simulator.Faults;

namespace Sentiment.Simulator.Wire;

/// <summary>Puts answers on the wire, whole or damaged.</summary>
internal sealed class FaultedAnswer(TimeProvider time)
{
    private const string JsonType = "application/json";
    private const string HtmlType = "text/html; charset=utf-8";
    private const int Drips = 20;

    private static readonly byte[] Page =
        "<!DOCTYPE html><html><head><title>We will be right back</title></head><body><h1>Down for maintenance</h1></body></html>"u8.ToArray();

    private static readonly byte[] ServerError = """{"detail":"Internal server error."}"""u8.ToArray();

    private static readonly byte[] Unavailable = """{"detail":"Service temporarily unavailable."}"""u8.ToArray();

    /// <summary>The answer of a fault that replaces the records altogether; null for faults that damage the right answer.</summary>
    public static VendorReply? Refusal(HttpContext context, IVendorApi api, FaultKind fault, FaultSettings settings)
    {
        switch (fault)
        {
            case FaultKind.RateLimit:
                context.Response.Headers.RetryAfter = settings.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
                return new VendorReply(api.Errors.Status ?? StatusCodes.Status429TooManyRequests, api.Errors.LimitReached);
            case FaultKind.ServerError:
                return new VendorReply(StatusCodes.Status500InternalServerError, ServerError);
            case FaultKind.BadGateway:
                return new VendorReply(StatusCodes.Status502BadGateway, Page);
            case FaultKind.Unavailable:
                return new VendorReply(StatusCodes.Status503ServiceUnavailable, Unavailable);
            case FaultKind.Html:
                return new VendorReply(StatusCodes.Status200OK, Page);
            default:
                return null;
        }
    }

    public Task<long> Send(HttpContext context, VendorReply reply) => Send(context, reply, fault: null, new FaultSettings());

    /// <summary>Returns the number of body bytes sent.</summary>
    public async Task<long> Send(HttpContext context, VendorReply reply, FaultKind? fault, FaultSettings settings)
    {
        var response = context.Response;
        var body = fault == FaultKind.TruncatedJson ? reply.Body[..(reply.Body.Length / 2)] : reply.Body;
        response.StatusCode = reply.Status;
        response.ContentType = fault is FaultKind.Html or FaultKind.BadGateway ? HtmlType : JsonType;
        response.ContentLength = body.Length;
        if (reply.Link is { } link)
        {
            response.Headers.Link = link;
        }

        switch (fault)
        {
            case FaultKind.CutConnection:
                var half = body[..(body.Length / 2)];
                await response.Body.WriteAsync(half, context.RequestAborted);
                await response.Body.FlushAsync(context.RequestAborted);
                context.Abort();
                return half.Length;
            case FaultKind.SlowBody:
                await Drip(response, body, TimeSpan.FromMilliseconds(settings.SlowBodyMs), context.RequestAborted);
                return body.Length;
            default:
                await response.Body.WriteAsync(body, context.RequestAborted);
                return body.Length;
        }
    }

    private async Task Drip(HttpResponse response, ReadOnlyMemory<byte> body, TimeSpan duration, CancellationToken stop)
    {
        var size = (body.Length / Drips) + 1;
        for (var at = 0; at < body.Length; at += size)
        {
            await response.Body.WriteAsync(body.Slice(at, Math.Min(size, body.Length - at)), stop);
            await response.Body.FlushAsync(stop);
            await Task.Delay(duration / Drips, time, stop);
        }
    }
}
