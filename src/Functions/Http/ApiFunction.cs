using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Sentiment.Functions.Durable;

namespace Sentiment.Functions.Http;

/// <summary>The one HTTP function: whatever comes, by whatever method, goes to the API, which checks the key itself.</summary>
public sealed class ApiFunction(ApiPipeline api, DurableClientSlot slot)
{
    [Function("Api")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request,
        [DurableClient] DurableTaskClient client)
    {
        ArgumentNullException.ThrowIfNull(request);
        slot.Fill(client);
        await api.RunAsync(request.HttpContext).ConfigureAwait(false);
        return Results.Empty;
    }
}
