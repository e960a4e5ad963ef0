using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Sentiment.Domain.Access;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Ingestion.Runs;
using Sentiment.Domain.Live;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tenants.Deletion;
using Sentiment.Domain.Tests.Support;
using Sentiment.Domain.Workflows;

namespace Sentiment.Domain.Tests.Tenants.Deletion;

/// <summary>Two tenants whose ids begin alike, with something of every kind, and the deletion of one of them.</summary>
internal static partial class Deleting
{
    public const string Acme = "acme";
    public const string Other = "acme-2";
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-1);

    [GeneratedRegex("(?<![a-z0-9-])acme(?![a-z0-9-])")]
    private static partial Regex Named { get; }

    /// <summary>Whether a row, or a body, names the tenant that is deleted.</summary>
    public static bool NamesAcme(string row) => Named.IsMatch(row);

    public static async Task<IngestionHost> OpenAsync()
    {
        var host = new IngestionHost(ScriptedVendor.Describe(), ScriptedVendor.DescribePrices())
        {
            Also = services => services.AddSingleton<IOutbox>(new KeptMail { [Acme] = 130, [Other] = 2 }),
        };
        host.Vendors[0].Pages = request => [
            [new($"{request.Symbols[0]}-1", "Headline one", Noon, ["AAPL", "MSFT"]) { Tags = ["Earnings"] }, new("bad", null, Noon, ["AAPL"])],
            [new($"{request.Symbols[0]}-2", "Headline two", Noon.AddHours(20), ["AAPL", "MSFT"])]];
        host.Vendors[1].Pages = request => [[Told.Price(request.Symbols[0], Noon, 100), Told.Price(request.Symbols[0], Noon.AddMinutes(5), 101)]];
        await host.StartEngineAsync();
        Tenant[] tenants = [Settings(host, Acme), Settings(host, Other)];
        foreach (var tenant in tenants)
        {
            await host.Get<TenantStore>().AddAsync(tenant, TenantOrigin.Api, "admin", default);
        }

        // A run of both, which is about everybody and names nobody.
        await host.EndAsync(await host.BeginAsync(IngestionHost.Roster(tenants)));
        foreach (var id in (string[])[Acme, Other])
        {
            await host.Get<KeyStore>().CreateAsync(id, [KeyScopes.Read], default);
            await host.Get<KeyStore>().CreateAsync(id, KeyScopes.All, default);
            await new LiveInterest(host.Tables, host.Time).NoteAsync(id, default);
            await host.Get<TenantTicks>().NoteAsync(tenants.Where(t => t.Id == id), host.Time.GetUtcNow(), default);
            await host.Tables.WriteAsync(AlertPartitions.Of(id), [TableWrite.Upsert("r|one", 1, "{}"u8.ToArray())], default);
            await host.Tables.WriteAsync("alerts", [TableWrite.Upsert($"o|{id}", 1, "{}"u8.ToArray())], default);
        }

        return host;
    }

    public static Tenant Settings(IngestionHost host, string id) => host.Tenant(id, "AAPL", "MSFT") with { Emails = [$"ops@{id}.test"], Schedule = "0 0 * * * *" };

    /// <summary>Every row of every partition.</summary>
    public static async Task<IReadOnlyList<string>> EverythingAsync(this IngestionHost host) => await host.RowsAsync("");

    /// <summary>What is left of the tenant, but for the row that says that it was deleted.</summary>
    public static async Task AssertGoneAsync(this IngestionHost host)
    {
        var left = (await host.EverythingAsync()).Where(NamesAcme).ToList();
        Assert.StartsWith("deletions acme ", Assert.Single(left), StringComparison.Ordinal);
        Assert.DoesNotContain(await host.BodiesAsync(), NamesAcme);
        await host.AssertCleanAsync();
    }

    public static async Task<TenantDeletion> DeletionAsync(this IngestionHost host) => (await host.Get<DeletionStore>().GetAsync(Acme, default))!.Row;

    /// <summary>Begins a deletion without an engine.</summary>
    public static async Task MarkAsync(this IngestionHost host)
    {
        if (await host.Get<DeletionStore>().GetAsync(Acme, default) is null)
        {
            await host.Get<DeletionStore>().PutAsync(new(Acme, 1, "admin", DeletionStatus.Running, host.Time.GetUtcNow(), null, new Dictionary<string, long>(), 0, null), null, default);
        }

        if (await host.Get<TenantStore>().GetAsync(Acme, default) is { Row.IsDeleting: false } stored)
        {
            await host.Get<TenantStore>().BeginDeletionAsync(stored, "admin", default);
        }
    }

    /// <summary>Goes through a deletion's steps from the first, as an engine would.</summary>
    public static async Task StepThroughAsync(this IngestionHost host)
    {
        for (var call = new DeletionCall(Acme, 1, 30, 0); ;)
        {
            var step = await ActivatorUtilities.CreateInstance<DeleteTenantPart>(host.Services).RunAsync(new("test", nameof(DeleteTenantPart), 1), call, default);
            if (step.Next is not { } next)
            {
                return;
            }

            call = next;
        }
    }

    /// <summary>The run's rows as they are listed.</summary>
    public static async Task<IReadOnlyList<RunRow>> RunsAsync(this IngestionHost host) => [.. (await RunStore.ListAsync(host.Tables, null, 10, null, default)).Select(r => r.Run)];

    public static Task<WorkflowInstance> EndOfAsync(this IngestionHost host, string instance) => host.Get<IWorkflowClient>().WaitForEndAsync(instance, default);

    /// <summary>Mail by tenant.</summary>
    private sealed class KeptMail : Dictionary<string, int>, IOutbox
    {
        public Task<long> CountAsync(string tenant, CancellationToken cancellationToken) => Task.FromResult<long>(this[tenant]);

        public Task<int> RemoveAsync(string tenant, int most, CancellationToken cancellationToken)
        {
            var removed = Math.Min(most, this[tenant]);
            this[tenant] -= removed;
            return Task.FromResult(removed);
        }
    }
}
