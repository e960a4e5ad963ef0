using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Access;
using Sentiment.Domain.Live;

namespace Sentiment.Api.Access;

/// <summary>Making, listing and revoking tenants' keys.</summary>
internal static partial class KeyEndpoints
{
    private const string Id = "acme.0a1b2c3d4e5f6071";
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);
    private static readonly DateTimeOffset Then = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string Expected = $"{{\"scopes\":[…]}} with at least one of {string.Join(", ", KeyScopes.All)} expected";

    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/tenants/{tenant}/keys", CreateAsync).Tells("Makes a key, which is shown this once.", new KeyCreated(Id, $"sk_{Id}_…", [KeyScopes.Read], Then)).Takes(new KeyOrder([KeyScopes.Read]));
        routes.MapGet("/tenants/{tenant}/keys", ListAsync).Tells("A tenant's keys by id.", new Listed<KeyListed>([new(Id, $"sk_{Id}", [KeyScopes.Read], Then)], null));
        routes.MapDelete("/tenants/{tenant}/keys/{id}", RevokeAsync).Tells("Revokes a key: at once in the process that answers, within 30 seconds in others; its live connections are closed.", null)
            .Takes("id", "The key's id.", Id);
    }

    private static async Task<Created<KeyCreated>> CreateAsync(string tenant, HttpRequest request, KeyStore keys, CancellationToken cancellationToken)
    {
        var order = await Body.ReadAsync(request, ApiJson.Default.KeyOrder, Expected).ConfigureAwait(false);
        if (order?.Scopes is not { Count: > 0 } scopes || !scopes.All(KeyScopes.All.Contains))
        {
            throw RequestProblem.Bad("scopes", Expected);
        }

        try
        {
            var (key, text) = await keys.CreateAsync(tenant, [.. KeyScopes.All.Where(scopes.Contains)], cancellationToken).ConfigureAwait(false);
            return TypedResults.Created((string?)null, new KeyCreated(key.Id, text, key.Scopes, key.CreatedAt));
        }
        catch (KeyLimitException problem)
        {
            throw new RequestProblem(StatusCodes.Status409Conflict, "tenant", problem.Message);
        }
    }

    private static async Task<Ok<Listed<KeyListed>>> ListAsync(
        string tenant, string? limit, string? cursor, HttpRequest request, KeyStore keys, CancellationToken cancellationToken)
    {
        var (count, cursors) = (Query.Limit(limit), Cursor.Of(request));
        var found = await cursors.FromAsync(cursor, after => keys.ListAsync(tenant, count, after, cancellationToken)).ConfigureAwait(false);
        return TypedResults.Ok(new Listed<KeyListed>(
            [.. found.Select(k => new KeyListed(k.Id, k.Prefix, k.Scopes, k.CreatedAt))], cursors.Write(found.Count == count ? found[^1].Id : null)));
    }

    private static async Task<NoContent> RevokeAsync(
        string tenant, string id, KeyStore keys, [FromServices] ILiveHub? hub, TimeProvider time, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        if (!await keys.RevokeAsync(tenant, id, cancellationToken).ConfigureAwait(false))
        {
            throw RequestProblem.None("id", $"no key '{id}'");
        }

        if (hub is not null)
        {
            await CloseAsync(hub, id, time, logs.CreateLogger("Sentiment.Live")).ConfigureAwait(false);
        }

        return TypedResults.NoContent();
    }

    // The key is revoked by now, whatever becomes of its connections.
    private static async Task CloseAsync(ILiveHub hub, string id, TimeProvider time, ILogger log)
    {
        using var limit = new CancellationTokenSource(CloseLimit, time);
        try
        {
            await hub.CloseAsync(id, "the key was revoked", limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is LiveHubException or OperationCanceledException)
        {
            StaysOpen(log, id, problem);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Key {Id} is revoked, but its live connections could not be closed.")]
    private static partial void StaysOpen(ILogger logger, string id, Exception problem);
}

/// <summary>What is wanted of a new key.</summary>
/// <param name="Scopes">What it may do: <c>read</c>, <c>run</c>.</param>
public sealed record KeyOrder(IReadOnlyList<string>? Scopes);

/// <summary>A key that was made.</summary>
/// <param name="Id">Its public id.</param>
/// <param name="Key">The key itself; it is shown this once and kept nowhere.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record KeyCreated(string Id, string Key, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt);

/// <summary>A key in a list.</summary>
/// <param name="Id">Its public id.</param>
/// <param name="Prefix">What the key begins with.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record KeyListed(string Id, string Prefix, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt);
