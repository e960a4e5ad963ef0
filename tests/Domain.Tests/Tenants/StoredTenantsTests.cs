using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Domain.Scoring;
using Sentiment.Domain.Sources;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Tenants;

public class StoredTenantsTests
{
    private readonly FakeTimeProvider _time = new();
    private string? _file;

    private StoredTenants Tenants => field ??= new(
        "blob 'config/tenants.json'", _ => Task.FromResult(_file is null ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(_file)),
        new SourceCatalog([new ScriptedVendor(ScriptedVendor.Describe(), _time)]), new OneModel(new LetterScorer()), _time);

    private static string File(string tenant) =>
        $$$"""{"tenants":[{"id":"{{{tenant}}}","symbols":["AAPL"],"tables":["wire/news"],"credentials":{"wire":"env:TOKEN"}}]}""";

    [Fact]
    public async Task A_changed_file_is_seen_after_a_minute()
    {
        _file = File("acme");
        Assert.Equal("acme", Assert.Single((await Tenants.GetAsync(default)).Tenants).Id);
        _file = File("zenith");
        _time.Advance(StoredTenants.Life - TimeSpan.FromSeconds(1));
        Assert.Equal("acme", Assert.Single((await Tenants.GetAsync(default)).Tenants).Id);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("zenith", Assert.Single((await Tenants.GetAsync(default)).Tenants).Id);
    }

    [Fact]
    public async Task A_bad_file_is_one_error_that_names_the_path()
    {
        _file = File("No Such Id");
        var error = await Assert.ThrowsAsync<TenantsFileException>(() => Tenants.GetAsync(default).AsTask());
        Assert.StartsWith("$.tenants[0].id: 'No Such Id'", Assert.Single(error.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var error = await Assert.ThrowsAsync<TenantsFileException>(() => Tenants.GetAsync(default).AsTask());
        Assert.Equal("$: there is no blob 'config/tenants.json'", Assert.Single(error.Problems));
    }
}
