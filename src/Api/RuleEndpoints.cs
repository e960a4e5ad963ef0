using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sentiment.Api.Access;
using Sentiment.Api.OpenApi;
using Sentiment.Api.Requests;
using Sentiment.Domain.Access;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Alerts.Rules;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api;

/// <summary>Tenants' alert rules.</summary>
internal static class RuleEndpoints
{
    private const string Expected = "a rule as in docs/alerts.md expected";
    private static readonly DateTimeOffset Then = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RuleDocument Example = new(
        "bad-news", 1, "Bad news", true, ["AAPL"], new("score", 60, null, -0.5, 5, 0.1), 60, new("22:00", "07:00", "Europe/Berlin"), null,
        [new("desk@acme.example"), new(null, "https://hooks.acme.example/sentiment", "plain", "env:ACME_HOOK_SECRET")], Then);

    public static void MapRules(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/tenants/{tenant}/rules", ListAsync).Tells("A tenant's alert rules by id.", new Listed<RuleDocument>([Example], null));
        routes.MapGet("/tenants/{tenant}/rules/{rule}", GetAsync).Tells("An alert rule; its ETag is its version.", Example).Takes("rule", "The rule's id.", "bad-news");
    }

    /// <summary>Measures an alert's rule again; nothing is changed, so that whoever reads alerts may.</summary>
    public static void MapEvaluation(this IEndpointRouteBuilder routes) => routes.MapPost("/tenants/{tenant}/alerts/{id}/evaluate", EvaluateAsync)
        .Takes("id", "The alert's id.", "0a1b2c3d4e5f60718293a4b5c6d7e8f9")
        .Tells("Evaluates an alert's rule again, in the version that raised it, over the alert's window, on what is stored now.", new EvaluationDocument(-0.48, false, 13, new(-0.61, 12), null));

    public static void MapRuleChanges(this IEndpointRouteBuilder routes)
    {
        routes.MapPut("/tenants/{tenant}/rules/{rule}", PutAsync).Takes("rule", "The rule's id.", "bad-news").Takes(Example with { Id = null, Version = null, ChangedAt = null }).AsksForCondition()
            .Tells("Makes an alert rule with 'If-None-Match: *', or changes the one whose ETag 'If-Match' names; 428 with neither, 412 where it stands otherwise.", Example);
        routes.MapDelete("/tenants/{tenant}/rules/{rule}", DeleteAsync).Takes("rule", "The rule's id.", "bad-news")
            .Tells("Deletes an alert rule, with 'If-Match' only that version; its alerts stay.", null);
        routes.MapPost("/tenants/{tenant}/rules/preview", PreviewAsync).Takes(Example with { Id = null, Version = null, ChangedAt = null })
            .Tells("What a rule would have raised over the last seven days; nothing is stored.", new PreviewDocument(Then.AddDays(-7), Then, 1, [new("AAPL", Then.AddDays(-2), -0.61)], null));
    }

    private static async Task<Ok<Listed<RuleDocument>>> ListAsync(
        string tenant, string? limit, string? cursor, HttpContext context, RuleStore rules, CancellationToken cancellationToken)
    {
        var (count, cursors, isWhole) = (Query.Limit(limit), Cursor.Of(context.Request), MaySeeAll(context));
        var found = await cursors.FromAsync(cursor, after => rules.ListAsync(tenant, count, after, cancellationToken)).ConfigureAwait(false);
        return TypedResults.Ok(new Listed<RuleDocument>([.. found.Select(r => RuleDocument.Of(r, isWhole))], cursors.Write(found.Count == count ? found[^1].Id : null)));
    }

    private static async Task<Ok<RuleDocument>> GetAsync(string tenant, string rule, HttpContext context, RuleStore rules, CancellationToken cancellationToken)
    {
        var found = await FindAsync(rules, tenant, rule, cancellationToken).ConfigureAwait(false);
        context.Response.Headers.ETag = TagOf(found);
        return TypedResults.Ok(RuleDocument.Of(found, MaySeeAll(context)));
    }

    private static async Task<Results<Created<RuleDocument>, Ok<RuleDocument>>> PutAsync(
        string tenant, string rule, HttpContext context, RuleStore rules, TenantStore store, IChangeTrail trail, CancellationToken cancellationToken)
    {
        var match = Conditions.Required(context.Request);
        var wanted = await ReadAsync(context, rule).ConfigureAwait(false);
        var before = match is null ? null : await FindAsync(rules, tenant, rule, cancellationToken).ConfigureAwait(false);
        foreach (var (target, index) in wanted.Targets.Select((t, i) => (t, i)))
        {
            if (target.Secret is { } reference)
            {
                await SecretNames.PermitAsync(
                    Caller.Of(context), $"targets[{index}].secret", reference, before?.Targets.Select(t => t.Secret).OfType<string>() ?? [], store, cancellationToken).ConfigureAwait(false);
            }
        }

        AlertRule? made;
        try
        {
            made = before is null ? await rules.CreateAsync(tenant, wanted, cancellationToken).ConfigureAwait(false)
                : await rules.ChangeAsync(tenant, VersionOf(match, before), wanted, cancellationToken).ConfigureAwait(false);
        }
        catch (RuleLimitException problem)
        {
            throw new RequestProblem(StatusCodes.Status409Conflict, "tenant", problem.Message);
        }

        if (made is null)
        {
            throw before is null ? new RequestProblem(StatusCodes.Status412PreconditionFailed, "If-None-Match", $"there is a rule '{rule}' already") : Stale(rule);
        }

        await NoteAsync(trail, context, tenant, rule, before, made, made.ChangedAt, cancellationToken).ConfigureAwait(false);
        context.Response.Headers.ETag = TagOf(made);
        var document = RuleDocument.Of(made, isWhole: true);
        return before is null ? TypedResults.Created((string?)null, document) : TypedResults.Ok(document);
    }

    private static async Task<NoContent> DeleteAsync(
        string tenant, string rule, HttpContext context, RuleStore rules, IChangeTrail trail, TimeProvider time, CancellationToken cancellationToken)
    {
        var before = await FindAsync(rules, tenant, rule, cancellationToken).ConfigureAwait(false);
        if (!await rules.DeleteAsync(tenant, rule, VersionOf(Conditions.Optional(context.Request), before), cancellationToken).ConfigureAwait(false))
        {
            throw Stale(rule);
        }

        await NoteAsync(trail, context, tenant, rule, before, null, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<PreviewDocument>> PreviewAsync(string tenant, HttpContext context, RulePreview preview, CancellationToken cancellationToken)
    {
        var rule = await ReadAsync(context, null).ConfigureAwait(false);
        var whose = context.Features.Get<Tenant>() ?? throw RequestProblem.NoTenant(tenant);
        return TypedResults.Ok(PreviewDocument.Of(await preview.RunAsync(whose, rule, cancellationToken).ConfigureAwait(false)));
    }

    private static async Task<Ok<EvaluationDocument>> EvaluateAsync(
        string tenant, string id, AlertStore alerts, RuleReevaluation reevaluation, CancellationToken cancellationToken)
    {
        var alert = (await alerts.GetAsync(tenant, id, cancellationToken).ConfigureAwait(false))?.Stored.Alert ?? throw RequestProblem.None("id", $"no alert '{id}'");
        return TypedResults.Ok(EvaluationDocument.Of(alert, await reevaluation.RunAsync(alert, cancellationToken).ConfigureAwait(false)));
    }

    private static async Task<AlertRule> ReadAsync(HttpContext context, string? id)
    {
        var request = context.Request;
        var allowsHttp = context.RequestServices.GetRequiredService<IOptions<AlertOptions>>().Value.AllowPrivateAddresses;
        var document = await Body.ReadAsync(request, ApiJson.Default.RuleDocument, Expected).ConfigureAwait(false) ?? throw RequestProblem.Bad("body", Expected);
        var (rule, problems) = document.Read(id, allowsHttp);
        return rule ?? throw RequestProblem.Of(StatusCodes.Status400BadRequest, string.Join("; ", problems));
    }

    private static string TagOf(AlertRule rule) => $"\"{rule.Version.ToString(CultureInfo.InvariantCulture)}\"";

    // What is no tag of ours is of no version.
    private static int VersionOf(string? tag, AlertRule standing) => tag is null or "*" ? standing.Version
        : int.TryParse(tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;

    private static RequestProblem Stale(string rule) => Conditions.Stale($"the ETag of rule '{rule}' as it stands expected; read it again");

    private static async Task<AlertRule> FindAsync(RuleStore rules, string tenant, string rule, CancellationToken cancellationToken) =>
        await rules.GetAsync(tenant, rule, cancellationToken).ConfigureAwait(false) ?? throw RequestProblem.None("rule", $"no rule '{rule}'");

    private static bool MaySeeAll(HttpContext context) => Caller.Of(context) is var caller && (caller.IsAdmin || caller.Scopes.Contains(KeyScopes.Manage));

    // The change stands by now; whoever asks again for one that could not be noted changes nothing more.
    private static Task NoteAsync(
        IChangeTrail trail, HttpContext context, string tenant, string id, AlertRule? before, AlertRule? after, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var kind = before is null ? ChangeKinds.Created : after is null ? ChangeKinds.Deleted : before.IsEnabled && !after.IsEnabled ? ChangeKinds.Disabled : ChangeKinds.Changed;
        return trail.AddAsync(tenant, new(at, Caller.Of(context).Id, ChangedThings.Rule, id, kind, ChangedField.Between(Json(before), Json(after))), cancellationToken);
    }

    private static JsonElement? Json(AlertRule? rule) =>
        rule is null ? null : JsonSerializer.SerializeToElement(RuleDocument.Of(rule, isWhole: false) with { Id = null, Version = null, ChangedAt = null }, ApiJson.Default.RuleDocument);
}
