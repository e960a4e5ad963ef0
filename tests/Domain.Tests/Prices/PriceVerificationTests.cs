using System.Text;
using Sentiment.Domain.Storage;
using static Sentiment.Domain.Tests.Prices.PriceHost;

namespace Sentiment.Domain.Tests.Prices;

/// <summary>One stored bar or series is tampered with; the recount names it.</summary>
public class PriceVerificationTests
{
    // Everything's bar at 15:00 on the 8th, after one at 13:00 that closed at 100.
    private const string Bar = "AAPL@2030-01-08T15:00:00Z";

    [Theory]
    [InlineData("prices|acme|", "", "", "chunk r1|acme|wire~2fprices|000001 page 1: record " + Bar + " is no bar")]
    [InlineData("prices|acme|", "", "", "its ledger says 6 accepted")]
    [InlineData("prices|acme|", "\"close\":120", "\"close\":121", "bar acme wire/prices " + Bar + ": differs from its record in the archive")]
    [InlineData("prices|acme|", "\"volume\":10", "\"volume\":11", "bar acme wire/prices " + Bar + ": differs from its record in the archive")]
    [InlineData("prices|acme|", "\"isSuspicious\":true", "\"isSuspicious\":false", "bar acme wire/prices " + Bar + ": differs from its record in the archive")]
    [InlineData("prices|acme|", "\"page\":1", "\"page\":9", "bar acme wire/prices " + Bar + ": stamped r1|acme|wire~2fprices|000001 page 9, which does not exist")]
    [InlineData("prices|acme|", "T15:00", "T15:01", "bar acme wire/prices AAPL@2030-01-08T15:01:00Z: stands under ")]
    [InlineData("series|acme", "", "", "bar acme wire/prices " + Bar + ": its series is missing")]
    public async Task A_row_tampered_with_is_named(string partition, string replaced, string by, string problem)
    {
        await using var host = Open(Everything);
        var chunk = (await host.PlanAsync("r1", "acme", ["AAPL"])).Single();
        await host.ProcessAsync(chunk);
        Assert.Empty((await host.VerifyAsync()).Problems);

        var row = (await host.RowsAsync(partition)).First(r => partition[0] == 's' || r.Contains("\"close\":120", StringComparison.Ordinal)).Split(' ', 3);
        Assert.Contains(replaced, row[2], StringComparison.Ordinal);
        await host.Tables.WriteAsync(row[0], [replaced.Length == 0 ? TableWrite.Delete(row[1])
            : TableWrite.Upsert(row[1], 1, Encoding.UTF8.GetBytes(row[2].Replace(replaced, by, StringComparison.Ordinal)))], default);
        Assert.Contains((await host.VerifyAsync()).Problems, p => p.Contains(problem, StringComparison.Ordinal));
    }
}
