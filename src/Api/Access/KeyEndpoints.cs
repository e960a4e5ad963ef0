using System.Text.Json;
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
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api.Access;

/// <summary>Making, listing and revoking tenants' keys.</summary>
internal static partial class KeyEndpoints
{
    private const string Id = "acme.0a1b2c3d4e5f6071";
    private const int MaxNameLength = 100;
    private const int DefaultOverlap = 60;
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(5);
    private static readonly DateTimeOffset Then = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string Expected = $"{{\"scopes\":[…],\"name\":…}} with at least one scope of {string.Join(", ", KeyScopes.All)} expected";
    private static readonly string ExpectedOverlap = $"{{\"overlapMinutes\":{DefaultOverlap}}} with 0 to {KeyStore.MaxOverlap.TotalMinutes} minutes expected";

    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        var made = new KeyCreated(Id, $"sk_{Id}_…", "dashboard", [KeyScopes.Read], Then);
        routes.MapPost("/tenants/{tenant}/keys", CreateAsync).Tells("Makes a key, which is shown this once; a tenant's key makes only such as may do what it may do itself.", made)
            .Takes(new KeyOrder([KeyScopes.Read], "dashboard"));
        routes.MapGet("/tenants/{tenant}/keys", ListAsync).Tells("A tenant's keys by id.", new Listed<KeyListed>([new(Id, $"sk_{Id}", "dashboard", [KeyScopes.Read], Then, Then.AddHours(1), null)], null));
        routes.MapPost("/tenants/{tenant}/keys/{id}/rotate", RotateAsync).Tells("Replaces a key by one that may do the same; the old one ends after the overlap.", made)
            .Takes(new KeyRotation(DefaultOverlap)).Takes("id", "The key's id.", Id);
        routes.MapDelete("/tenants/{tenant}/keys/{id}", RevokeAsync).Tells("Revokes a key: at once in the process that answers, within 30 seconds in others; its live connections are closed.", null)
            .Takes("id", "The key's id.", Id);
    }

    private static async Task<Created<KeyCreated>> CreateAsync(
        string tenant, HttpRequest request, KeyStore keys, IChangeTrail trail, CancellationToken cancellationToken)
    {
        var order = await Body.ReadAsync(request, ApiJson.Default.KeyOrder, Expected).ConfigureAwait(false);
        if (order?.Scopes is not { Count: > 0 } scopes || !scopes.All(KeyScopes.All.Contains))
        {
            throw RequestProblem.Bad("scopes", Expected);
        }

        if (order.Name is { } name && (name.Length is 0 or > MaxNameLength || name.Any(char.IsControl)))
        {
            throw RequestProblem.Bad("name", $"1 to {MaxNameLength} characters on one line expected");
        }

        var caller = Caller.Of(request.HttpContext);
        Permit(caller, scopes);
        var (key, text) = await BoundedAsync(() => keys.CreateAsync(tenant, [.. KeyScopes.All.Where(scopes.Contains)], cancellationToken, order.Name)).ConfigureAwait(false);
        await TellAsync(trail, caller, key, key.CreatedAt, ChangeKinds.Created, cancellationToken).ConfigureAwait(false);
        return Made(key, text);
    }

    private static async Task<Ok<Listed<KeyListed>>> ListAsync(
        string tenant, string? limit, string? cursor, HttpRequest request, KeyStore keys, CancellationToken cancellationToken)
    {
        var (count, cursors) = (Query.Limit(limit), Cursor.Of(request));
        var found = await cursors.FromAsync(cursor, after => keys.ListAsync(tenant, count, after, cancellationToken)).ConfigureAwait(false);
        return TypedResults.Ok(new Listed<KeyListed>(
            [.. found.Select(k => new KeyListed(k.Id, k.Prefix, k.Name, k.Scopes, k.CreatedAt, k.LastUsedAt, k.ExpiresAt))], cursors.Write(found.Count == count ? found[^1].Id : null)));
    }

    private static async Task<Created<KeyCreated>> RotateAsync(
        string tenant, string id, HttpRequest request, KeyStore keys, IChangeTrail trail, [FromServices] ILiveHub? hub, TimeProvider time, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var order = await Body.ReadAsync(request, ApiJson.Default.KeyRotation, ExpectedOverlap).ConfigureAwait(false);
        var overlap = order?.OverlapMinutes ?? DefaultOverlap;
        if (overlap < 0 || overlap > KeyStore.MaxOverlap.TotalMinutes)
        {
            throw RequestProblem.Bad("overlapMinutes", ExpectedOverlap);
        }

        // A key that may do more would otherwise be had by whoever may replace it.
        var caller = Caller.Of(request.HttpContext);
        Permit(caller, (await keys.GetAsync(tenant, id, cancellationToken).ConfigureAwait(false) ?? throw NoKey(id)).Scopes);
        var (key, text) = await BoundedAsync(async () => await keys.RotateAsync(tenant, id, TimeSpan.FromMinutes(overlap), cancellationToken).ConfigureAwait(false) ?? throw NoKey(id)).ConfigureAwait(false);
        await TellAsync(trail, caller, key with { Id = id }, key.CreatedAt, ChangeKinds.Rotated, cancellationToken).ConfigureAwait(false);
        await TellAsync(trail, caller, key, key.CreatedAt, ChangeKinds.Created, cancellationToken).ConfigureAwait(false);
        if (overlap == 0 && hub is not null)
        {
            await CloseAsync(hub, id, time, logs.CreateLogger("Sentiment.Live")).ConfigureAwait(false);
        }

        return Made(key, text);
    }

    private static async Task<NoContent> RevokeAsync(
        string tenant, string id, HttpContext context, KeyStore keys, IChangeTrail trail, [FromServices] ILiveHub? hub, TimeProvider time, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        if (!await keys.RevokeAsync(tenant, id, cancellationToken).ConfigureAwait(false))
        {
            throw NoKey(id);
        }

        if (hub is not null)
        {
            await CloseAsync(hub, id, time, logs.CreateLogger("Sentiment.Live")).ConfigureAwait(false);
        }

        await trail.AddAsync(tenant, new(time.GetUtcNow(), Caller.Of(context).Id, ChangedThings.Key, id, ChangeKinds.Revoked), cancellationToken).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    private static void Permit(Caller caller, IReadOnlyList<string> scopes)
    {
        if (!caller.IsAdmin && !scopes.All(caller.Scopes.Contains))
        {
            throw new RequestProblem(StatusCodes.Status403Forbidden, "scopes", $"none but the scopes of the key that asks ({string.Join(", ", caller.Scopes)}) expected");
        }
    }

    private static async Task<(AccessKey Key, string Text)> BoundedAsync(Func<Task<(AccessKey Key, string Text)>> make)
    {
        try
        {
            return await make().ConfigureAwait(false);
        }
        catch (KeyLimitException problem)
        {
            throw new RequestProblem(StatusCodes.Status409Conflict, "tenant", problem.Message);
        }
        catch (TableConflictException)
        {
            throw new RequestProblem(StatusCodes.Status409Conflict, "id", "the key is being changed; try again");
        }
    }

    private static RequestProblem NoKey(string id) => RequestProblem.None("id", $"no key '{id}'");

    private static Created<KeyCreated> Made(AccessKey key, string text) =>
        TypedResults.Created((string?)null, new KeyCreated(key.Id, text, key.Name, key.Scopes, key.CreatedAt));

    private static Task TellAsync(IChangeTrail trail, Caller caller, AccessKey key, DateTimeOffset at, string kind, CancellationToken cancellationToken) => trail.AddAsync(
        key.Tenant, new(at, caller.Id, ChangedThings.Key, key.Id, kind, kind == ChangeKinds.Created
            ? ChangedField.Between(null, JsonSerializer.SerializeToElement(new KeyOrder(key.Scopes, key.Name), ApiJson.Default.KeyOrder)) : null), cancellationToken);

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
/// <param name="Scopes">What it may do: <c>read</c>, <c>run</c>, <c>manage</c>.</param>
/// <param name="Name">What people call it.</param>
public sealed record KeyOrder(IReadOnlyList<string>? Scopes, string? Name = null);

/// <summary>How a key is replaced.</summary>
/// <param name="OverlapMinutes">For how long the old one stays good, 0 to 10,080; default 60.</param>
public sealed record KeyRotation(int? OverlapMinutes);

/// <summary>A key that was made.</summary>
/// <param name="Id">Its public id.</param>
/// <param name="Key">The key itself; it is shown this once and kept nowhere.</param>
/// <param name="Name">What people call it; null: nothing.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record KeyCreated(string Id, string Key, string? Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt);

/// <summary>A key in a list.</summary>
/// <param name="Id">Its public id.</param>
/// <param name="Prefix">What the key begins with.</param>
/// <param name="Name">What people call it; null: nothing.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="LastUsedAt">When it was last presented, to about a minute; null: not yet.</param>
/// <param name="ExpiresAt">From when on it is refused; null: until it is revoked.</param>
public sealed record KeyListed(
    string Id, string Prefix, string? Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? ExpiresAt);
