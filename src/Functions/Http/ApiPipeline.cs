using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sentiment.Api;

namespace Sentiment.Functions.Http;

/// <summary>The endpoints of the API as one delegate, routed by themselves inside the one function that Functions knows.</summary>
public sealed class ApiPipeline(IServiceProvider services)
{
    private readonly RequestDelegate _run = Build(services);

    /// <summary>Answers a request.</summary>
    public Task RunAsync(HttpContext context)
    {
        // The worker's router has matched its own catch-all; ours passes over a request that has an endpoint already.
        context.SetEndpoint(null);
        context.Request.RouteValues.Clear();

        // The front end adds whom it was called by at the end; what stands before it is the client's own.
        if (IPEndPoint.TryParse(context.Request.Headers["X-Forwarded-For"].ToString().Split(',')[^1].Trim(), out var client))
        {
            context.Connection.RemoteIpAddress = client.Address;
        }

        return _run(context);
    }

    private static RequestDelegate Build(IServiceProvider services)
    {
        var app = new ApplicationBuilder(services);
        app.UseSentimentApi();
        app.UseEndpoints(routes => routes.MapSentimentApi());
        return app.Build();
    }
}
