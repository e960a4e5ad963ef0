using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sentiment.Api.Requests;
using Sentiment.Domain.Tenants;

namespace Sentiment.Api.Access;

/// <summary>
/// What every request comes through before its endpoint sees anything of it: who calls, how often, whether they may, whether
/// the tenant exists, whether the parameters are known; and what refuses it becomes one problem document.
/// </summary>
internal sealed class Gate(Callers callers, RateLimits limits, ITenantDirectory tenants, AuditLog audit, IOptions<ApiOptions> options)
{
    /// <summary>Puts the gate before every endpoint of a group, those mapped later included.</summary>
    public static void Before(IEndpointConventionBuilder group) => group.Finally(builder =>
    {
        builder.Metadata.Add(KnownParameters.Of(builder));
        var endpoint = builder.RequestDelegate!;
        builder.RequestDelegate = context => context.RequestServices.GetRequiredService<Gate>().EnterAsync(context, endpoint);
    });

    private async Task EnterAsync(HttpContext context, RequestDelegate endpoint)
    {
        var metadata = context.GetEndpoint()!.Metadata;
        var access = metadata.GetMetadata<RouteAccess>() ?? RouteAccess.Admin;
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            if (access.NeedsKey)
            {
                await AdmitAsync(context, access, mayBeMissing: metadata.GetMetadata<TenantMayBeMissing>() is not null).ConfigureAwait(false);
            }

            metadata.GetRequiredMetadata<KnownParameters>().Check(context.Request.Query);
            LimitBody(context);
            await endpoint(context).ConfigureAwait(false);
            status = context.Response.StatusCode;
        }
        catch (RequestProblem problem) when (!context.Response.HasStarted)
        {
            status = problem.Status;
            await problem.Result.ExecuteAsync(context).ConfigureAwait(false);
        }
        finally
        {
            audit.Write(context, status);
        }
    }

    private async Task AdmitAsync(HttpContext context, RouteAccess access, bool mayBeMissing)
    {
        var presented = Callers.Presented(context.Request);
        var caller = await callers.FindAsync(presented, context.RequestAborted).ConfigureAwait(false);
        if (caller is null)
        {
            Wait(context, limits.WaitOf(context.Connection.RemoteIpAddress), $"at most {options.Value.UnknownPerSecond} requests a second without a known key expected");
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new RequestProblem(StatusCodes.Status401Unauthorized, "authorization",
                presented.Length == 0 ? "a key expected: 'Authorization: Bearer KEY' or 'x-functions-key: KEY'" : "the key is not known");
        }

        context.Features.Set(caller);
        Wait(context, limits.WaitOf(caller), $"at most {options.Value.RequestsPerSecond} requests a second, {options.Value.Burst} at once, expected");
        var tenant = context.Request.RouteValues.TryGetValue("tenant", out var value) ? value as string : null;
        if (!caller.IsAdmin)
        {
            Permit(caller, access, tenant);
        }

        if (tenant is not null && !mayBeMissing)
        {
            context.Features.Set(await FindAsync(tenant, context.RequestAborted).ConfigureAwait(false));
        }
    }

    private static void Permit(Caller caller, RouteAccess access, string? tenant)
    {
        if (access.Scope is not { } scope)
        {
            throw new RequestProblem(StatusCodes.Status403Forbidden, "authorization", "the admin key expected");
        }

        // Whether there is such a tenant is not for others to know.
        if (tenant is not null && tenant != caller.Tenant)
        {
            throw RequestProblem.OtherTenant();
        }

        if (!caller.Scopes.Contains(scope))
        {
            throw new RequestProblem(StatusCodes.Status403Forbidden, "authorization", $"a key with the scope '{scope}' expected");
        }
    }

    private async Task<Tenant> FindAsync(string tenant, CancellationToken cancellationToken)
    {
        try
        {
            var roster = await tenants.GetAsync(cancellationToken).ConfigureAwait(false);
            return roster.Tenants.FirstOrDefault(t => t.Id == tenant) ?? throw RequestProblem.NoTenant(tenant);
        }
        catch (TenantsFileException problem)
        {
            throw new RequestProblem(StatusCodes.Status503ServiceUnavailable, "tenants", problem.Message);
        }
    }

    private static void Wait(HttpContext context, TimeSpan? wait, string expected)
    {
        if (wait is { } time)
        {
            var seconds = Math.Max(1, Math.Ceiling(time.TotalSeconds));
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            throw new RequestProblem(StatusCodes.Status429TooManyRequests, "authorization", expected);
        }
    }

    private static void LimitBody(HttpContext context)
    {
        if (context.Request.ContentLength > ApiOptions.MaxBodyBytes)
        {
            throw RequestProblem.LongBody(ApiOptions.MaxBodyBytes);
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = ApiOptions.MaxBodyBytes;
        }
    }
}

/// <summary>Marks a route of a tenant that need not be there: it is about to be created, or is gone.</summary>
internal sealed record TenantMayBeMissing;
