using System.Globalization;
using Sentiment.Simulator.Access;
using Sentiment.Simulator.Faults;
using Sentiment.Simulator.SideDoor;

namespace Sentiment.Simulator.Wire;

/// <summary>Takes one vendor call from its key through limits and faults to its answer.</summary>
internal sealed class VendorCalls(
    KeyGate gate,
    CallLimits limits,
    Transit transit,
    FaultPlan plan,
    FaultedAnswer faulted,
    CallStatistics statistics,
    TimeProvider time)
{
    public async Task Serve(HttpContext context, IVendorApi api)
    {
        statistics.Begin(api.Vendor);
        long bytes = 0;
        var records = 0;
        try
        {
            var settings = plan.Settings;
            if (settings.LatencyMs > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(settings.LatencyMs), time, context.RequestAborted);
            }

            // A call counts when it arrives, whether or not its caller still waits.
            await transit.Pass(CancellationToken.None);
            var key = api.Key(context.Request);
            var refusal = Refusal(context, api, key);
            await transit.Pass(context.RequestAborted);
            if (refusal is not null)
            {
                bytes = await faulted.Send(context, refusal);
                return;
            }

            var fault = plan.Next(api.Vendor, key!);
            if (fault is { } kind)
            {
                statistics.Fault(kind);
            }

            var reply = fault is { } failing && FaultedAnswer.Refusal(context, api, failing, plan.Settings) is { } failed
                ? failed
                : api.Answer(context.Request, new PageFaults(
                    IgnoreDates: settings.IgnoreDates || fault == FaultKind.IgnoreDates,
                    Overlap: fault == FaultKind.Overlap,
                    Duplicates: fault == FaultKind.Duplicates));
            records = reply.Records;
            bytes = await faulted.Send(context, reply, fault, plan.Settings);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller hung up: nobody is left to answer.
        }
        finally
        {
            statistics.End(context.Response.StatusCode, records, bytes);
        }
    }

    private VendorReply? Refusal(HttpContext context, IVendorApi api, string? key)
    {
        if (gate.IsWrong(key))
        {
            return new VendorReply(api.Errors.Status ?? StatusCodes.Status401Unauthorized, api.Errors.WrongKey);
        }

        if (KeyGate.LacksEntitlement(key!))
        {
            return new VendorReply(api.Errors.Status ?? StatusCodes.Status403Forbidden, api.Errors.NoEntitlement);
        }

        if (limits.Wait(api.Vendor, key!) is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return new VendorReply(api.Errors.Status ?? StatusCodes.Status429TooManyRequests, api.Errors.LimitReached);
        }

        return null;
    }
}
