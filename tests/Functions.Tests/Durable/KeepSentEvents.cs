using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.DurableTask.Protobuf;
using Microsoft.DurableTask.Worker.Grpc;
using Microsoft.Extensions.DependencyInjection;

namespace Sentiment.Functions.Tests.Durable;

/// <summary>
/// Makes up for a fault of the in-process host: it drops what an orchestration sends in the turn in which it continues
/// as new, where Durable Task's own dispatcher delivers it. What is sent to the instance itself is carried over instead.
/// </summary>
internal sealed class KeepSentEvents : Interceptor
{
    public static void Configure(IServiceCollection services) => services.PostConfigureAll<GrpcDurableTaskWorkerOptions>(options =>
    {
        options.CallInvoker = options.Channel!.CreateCallInvoker().Intercept(new KeepSentEvents());
        options.Channel = null;
    });

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        if (request is OrchestratorResponse response
            && response.Actions.Select(a => a.CompleteOrchestration).FirstOrDefault(c => c is { OrchestrationStatus: OrchestrationStatus.ContinuedAsNew }) is { } next)
        {
            next.CarryoverEvents.AddRange(response.Actions.Where(a => a.SendEvent?.Instance.InstanceId == response.InstanceId).Select(a => new HistoryEvent
            {
                EventId = -1,
                Timestamp = new(),
                EventRaised = new() { Name = a.SendEvent.Name, Input = a.SendEvent.Data },
            }));
        }

        return base.AsyncUnaryCall(request, context, continuation);
    }
}
