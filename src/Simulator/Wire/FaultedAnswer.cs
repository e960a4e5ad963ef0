using System.Globalization;
using Sentiment.Simulator.Faults;

namespace Sentiment.Simulator.Wire;

/// <summary>Puts answers on the wire, whole or damaged.</summary>
internal sealed class FaultedAnswer(TimeProvider time)
{
    private const string JsonType = "application/json";
    private const string HtmlType = "text/html; charset=utf-8";
    private const int Drips = 20;
    private const long OversizeBytes = 40 * 1024 * 1024;
    private static readonly TimeSpan DripEvery = TimeSpan.FromMilliseconds(200);

    private static readonly byte[] Page =
        "<!DOCTYPE html><html><head><title>We will be right back</title></head><body><h1>Down for maintenance</h1></body></html>"u8.ToArray();

    private static readonly byte[] ServerError = """{"detail":"Internal server error."}"""u8.ToArray();

    private static readonly byte[] OtherShape = """{"detail":"No such thing."}"""u8.ToArray();

    // White space is JSON that says nothing: only its length is wrong.
    private static readonly byte[] Space = [.. Enumerable.Repeat((byte)' ', 64 * 1024)];

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
            case FaultKind.Unauthorized:
                return new VendorReply(api.Errors.Status ?? StatusCodes.Status401Unauthorized, api.Errors.WrongKey);
            case FaultKind.Forbidden:
                return new VendorReply(api.Errors.Status ?? StatusCodes.Status403Forbidden, api.Errors.NoEntitlement);
            case FaultKind.RequestTimeout:
                return new VendorReply(StatusCodes.Status408RequestTimeout, ServerError);
            case FaultKind.ErrorWithStatus200:
                return new VendorReply(StatusCodes.Status200OK, api.Errors.LimitReached);
            case FaultKind.OtherShape:
                return new VendorReply(StatusCodes.Status200OK, OtherShape);
            case FaultKind.Redirect:
                context.Response.Headers.Location = "http://elsewhere.example/";
                return new VendorReply(StatusCodes.Status302Found, Page);
            case FaultKind.Oversize or FaultKind.Reset or FaultKind.EndlessBody:
                return new VendorReply(StatusCodes.Status200OK, default);
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
        if (fault is FaultKind.Oversize or FaultKind.Reset or FaultKind.EndlessBody)
        {
            return await SendNothing(context, fault.Value);
        }

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

    // Answers that go on without a record, or do not begin.
    private async Task<long> SendNothing(HttpContext context, FaultKind fault)
    {
        var (stop, sent) = (context.RequestAborted, 0L);
        while (fault == FaultKind.EndlessBody || (fault == FaultKind.Oversize && sent < OversizeBytes))
        {
            var piece = fault == FaultKind.Oversize ? Space : Space.AsMemory(0, 1);
            await context.Response.Body.WriteAsync(piece, stop);
            await context.Response.Body.FlushAsync(stop);
            sent += piece.Length;
            if (fault == FaultKind.EndlessBody)
            {
                await Task.Delay(DripEvery, time, stop);
            }
        }

        if (fault == FaultKind.Reset)
        {
            context.Abort();
        }

        return sent;
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
