using Microsoft.Extensions.Time.Testing;
using Sentiment.Domain.Storage;
using Sentiment.Domain.Tenants;
using Sentiment.Testing;

namespace Sentiment.Domain.Tests.Tenants;

public class TenantStoreTests
{
    private readonly MemoryTables _tables = new();
    private readonly FakeTimeProvider _time = new(new(2030, 1, 10, 12, 0, 0, TimeSpan.Zero));

    private TenantStore Store => field ??= new(_tables, new ChangeTrail(_tables), _time);

    private static Tenant Of(string id, string email = "ops@a.test", params string[] tables) =>
        new(id, id, ["AAPL"], tables.Length == 0 ? ["wire/news"] : tables, new Dictionary<string, string> { ["wire"] = "env:T" }) { Emails = [email] };

    private async Task<IReadOnlyList<string>> FoundAsync(TenantFilter filter) => [.. (await Store.ListAsync(filter, 100, null, default)).Tenants.Select(t => t.Tenant.Id)];

    [Fact]
    public async Task A_tenant_is_found_by_what_it_is_now_and_by_nothing_that_it_was()
    {
        await Store.AddAsync(Of("acme"), TenantOrigin.Api, "admin", default);
        await Store.AddAsync(Of("acme-2", "Ops@A.test", "wire/news", "wire/prices"), TenantOrigin.Api, "admin", default);
        Assert.Equal(["acme", "acme-2"], await FoundAsync(new(Email: "OPS@a.test")));
        Assert.Equal(["acme-2"], await FoundAsync(new(Table: "wire/prices")));
        Assert.Equal(["acme-2"], await FoundAsync(new(Email: "ops@a.test", Table: "wire/prices", Status: TenantStatus.Active)));

        var standing = (await Store.GetAsync("acme-2", default))!;
        await Store.ChangeAsync(standing, Of("acme-2", "new@a.test") with { IsDisabled = true }, TenantOrigin.Api, "admin", default);
        Assert.Equal(["acme"], await FoundAsync(new(Email: "ops@a.test")));
        Assert.Equal(["acme-2"], await FoundAsync(new(Email: "new@a.test")));
        Assert.Empty(await FoundAsync(new(Table: "wire/prices")));
        Assert.Equal(["acme-2"], await FoundAsync(new(Status: TenantStatus.Disabled)));
        Assert.Equal(["acme"], await FoundAsync(new(Status: TenantStatus.Active)));

        await Store.BeginDeletionAsync((await Store.GetAsync("acme", default))!, "admin", default);
        Assert.Equal(["acme-2"], await FoundAsync(new()));
        await Store.RemoveAsync((await Store.GetAsync("acme", default))!, default);
        await Store.RemoveAsync((await Store.GetAsync("acme-2", default))!, default);
        Assert.Empty(await _tables.QueryAsync(new("tenants"), default).ToListAsync());
    }

    [Fact]
    public async Task Of_two_who_change_what_both_have_read_one_is_refused_and_nothing_of_its_change_is_there()
    {
        await Store.AddAsync(Of("acme"), TenantOrigin.Api, "admin", default);
        var standing = (await Store.GetAsync("acme", default))!;
        await Store.ChangeAsync(standing, Of("acme", "one@a.test"), TenantOrigin.Api, "admin", default);
        await Assert.ThrowsAsync<TableConflictException>(() => Store.ChangeAsync(standing, Of("acme", "two@a.test"), TenantOrigin.Api, "admin", default));
        await Assert.ThrowsAsync<TableConflictException>(() => Store.AddAsync(Of("acme", "two@a.test"), TenantOrigin.Api, "admin", default));
        Assert.Empty(await FoundAsync(new(Email: "two@a.test")));
        Assert.Equal((2, "one@a.test"), ((await Store.GetAsync("acme", default))!.Row.Version, (await Store.GetAsync("acme", default))!.Row.Tenant.Emails![0]));
    }

    [Fact]
    public async Task Pages_of_a_list_are_what_was_asked_for_in_order()
    {
        foreach (var number in Enumerable.Range(1, 5))
        {
            await Store.AddAsync(Of($"t{number}") with { IsDisabled = number == 2 }, TenantOrigin.Api, "admin", default);
        }

        var (first, end) = await Store.ListAsync(new(Status: TenantStatus.Active), 3, null, default);
        var (second, last) = await Store.ListAsync(new(Status: TenantStatus.Active), 3, end, default);
        Assert.Equal(["t1", "t3", "t4", "t5"], first.Concat(second).Select(t => t.Tenant.Id));
        Assert.Equal((3, null), (first.Count, last));
    }

    [Fact]
    public async Task Each_change_says_who_made_it_and_what_it_was_before_even_where_the_trail_was_not_told_in_time()
    {
        await Store.AddAsync(Of("acme"), TenantOrigin.File, "file", default);
        _time.Advance(TimeSpan.FromMinutes(1));
        await Store.ChangeAsync((await Store.GetAsync("acme", default))!, Of("acme") with { Symbols = ["MSFT"], IsDisabled = true }, TenantOrigin.Api, "acme.1", default);
        var (changes, _) = await new ChangeTrail(_tables).ListAsync("acme", 10, null, default);
        Assert.Equal([("acme.1", "disabled"), ("file", "created")], changes.Select(c => (c.By, c.Change)));
        Assert.Equal(["isDisabled", "symbols"], changes[0].Fields!.Keys);
        Assert.Equal(("""["AAPL"]""", """["MSFT"]"""), (changes[0].Fields!["symbols"].From!.Value.GetRawText(), changes[0].Fields!["symbols"].To!.Value.GetRawText()));
    }

    [Fact]
    public async Task A_tenant_with_as_much_of_everything_as_it_may_have_is_changed_in_one_write()
    {
        static Tenant Full(string prefix) => Of("acme", tables: [.. Enumerable.Range(0, TenantStore.MaxTables).Select(i => $"{prefix}/{i}")])
            with
        { Emails = [.. Enumerable.Range(0, TenantStore.MaxEmails).Select(i => $"{prefix}{i}@a.test")] };
        await Store.AddAsync(Full("a"), TenantOrigin.Api, "admin", default);
        var writes = _tables.Writes;
        await Store.ChangeAsync((await Store.GetAsync("acme", default))!, Full("b") with { IsDisabled = true }, TenantOrigin.Api, "admin", default);
        Assert.Equal(3, _tables.Writes - writes); // The change before, told again; the change; the change told.
    }
}
