using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tenants.Deletion;
using Sentiment.Testing;

namespace Sentiment.Domain.Tests.Tenants;

public class StoredDirectoryTests
{
    private readonly MemoryTables _tables = new();
    private readonly FakeTimeProvider _time = new(new(2030, 1, 10, 12, 0, 0, TimeSpan.Zero));
    private readonly ScriptedFile _file = new();

    private TenantStore Store => field ??= new(_tables, new ChangeTrail(_tables), _time);

    private static Tenant Of(string id, string symbol = "AAPL") => new(id, id, [symbol], ["wire/news"], new Dictionary<string, string> { ["wire"] = "env:T" });

    /// <summary>A process of its own over the same store.</summary>
    private StoredDirectory Open(TenantStore? store = null)
    {
        store ??= new(_tables, new ChangeTrail(_tables), _time);
        return new(store, new(_file, store, new(_tables), NullLogger<TenantSeed>.Instance), _time, NullLogger<StoredDirectory>.Instance);
    }

    private static async Task<string> SeenAsync(StoredDirectory directory) =>
        string.Join(' ', (await directory.GetAsync(default)).Tenants.Select(t => $"{t.Id}:{t.Symbols[0]}"));

    [Fact]
    public async Task Tenants_follow_the_file_until_somebody_changes_them_over_the_API()
    {
        _file.Say("1", Of("acme"), Of("bolt"), Of("cog"));
        var directory = Open(Store);
        Assert.Equal("acme:AAPL bolt:AAPL cog:AAPL", await SeenAsync(directory));
        var hash = (await directory.GetAsync(default)).Hash;

        await Store.ChangeAsync((await Store.GetAsync("bolt", default))!, Of("bolt", "MSFT"), TenantOrigin.Api, "admin", default);
        Assert.Equal("acme:AAPL bolt:MSFT cog:AAPL", await SeenAsync(directory));
        Assert.NotEqual(hash, (await directory.GetAsync(default)).Hash);

        _file.Say("2", Of("acme", "TSLA"), Of("bolt", "TSLA"), Of("dyn", "TSLA"));
        _time.Advance(StoredDirectory.Life);
        Assert.Equal("acme:TSLA bolt:MSFT dyn:TSLA", await SeenAsync(directory));
    }

    [Fact]
    public async Task What_another_process_changed_is_seen_within_its_life()
    {
        _file.Say("1", Of("acme"));
        var (here, there) = (Open(Store), Open());
        await SeenAsync(here);
        await SeenAsync(there);
        await Store.ChangeAsync((await Store.GetAsync("acme", default))!, Of("acme", "MSFT"), TenantOrigin.Api, "admin", default);
        Assert.Equal(("acme:MSFT", "acme:AAPL"), (await SeenAsync(here), await SeenAsync(there)));
        _time.Advance(StoredDirectory.Life);
        Assert.Equal("acme:MSFT", await SeenAsync(there));
    }

    [Fact]
    public async Task A_tenant_that_was_deleted_is_not_made_again_and_is_not_there_while_it_is_being_deleted()
    {
        _file.Say("1", Of("acme"), Of("bolt"));
        var directory = Open(Store);
        await SeenAsync(directory);
        await new DeletionStore(_tables).PutAsync(new("acme", 1, "admin", DeletionStatus.Running, _time.GetUtcNow(), null, new Dictionary<string, long>(), 0, null), null, default);
        await Store.BeginDeletionAsync((await Store.GetAsync("acme", default))!, "admin", default);
        Assert.Equal("bolt:AAPL", await SeenAsync(directory));

        await Store.RemoveAsync((await Store.GetAsync("acme", default))!, default);
        Assert.Equal("bolt:AAPL", await SeenAsync(Open()));
        await Store.AddAsync(Of("acme", "MSFT"), TenantOrigin.Api, "admin", default);
        Assert.Equal("acme:MSFT bolt:AAPL", await SeenAsync(directory));
    }

    [Fact]
    public async Task A_bad_file_leaves_the_tenants_as_they_were_and_is_an_error_where_there_are_none()
    {
        _file.Problem = "$.tenants: an array of tenants expected";
        await Assert.ThrowsAsync<TenantsFileException>(() => SeenAsync(Open()));
        _file.Say("1", Of("acme"));
        var directory = Open();
        await SeenAsync(directory);
        _file.Problem = "$.tenants: an array of tenants expected";
        _time.Advance(StoredDirectory.Life);
        Assert.Equal("acme:AAPL", await SeenAsync(directory));
    }

    [Fact]
    public async Task Another_name_or_address_makes_no_other_run()
    {
        _file.Say("1", Of("acme"));
        var directory = Open(Store);
        var hash = (await directory.GetAsync(default)).Hash;
        await Store.ChangeAsync((await Store.GetAsync("acme", default))!, Of("acme") with { Name = "Acme Capital", Emails = ["ops@a.test"] }, TenantOrigin.Api, "admin", default);
        Assert.Equal(("Acme Capital", hash), ((await directory.GetAsync(default)).Tenants[0].Name, (await directory.GetAsync(default)).Hash));
    }

    private sealed class ScriptedFile : ITenantDirectory
    {
        private TenantRoster _roster = new([], "");

        public string? Problem { get; set; }

        public void Say(string hash, params Tenant[] tenants) => (_roster, Problem) = (new(tenants, hash), null);

        public ValueTask<TenantRoster> GetAsync(CancellationToken cancellationToken) => Problem is null ? new(_roster) : throw new TenantsFileException([Problem]);
    }
}
