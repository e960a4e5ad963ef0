using Sentiment.Domain.Tests.Support;

namespace Sentiment.Domain.Tests.Retention;

/// <summary>The process ends at every single write of a retention in turn; done again, it leaves what it would have left.</summary>
public class RetentionEveryWriteTests
{
    private static readonly DateTimeOffset Noon = IngestionHost.Start.AddDays(-2);

    // Folding; bodies, items and quarantine; bars, runs and marks.
    [Theory]
    [InlineData(1, 2, 12)]
    [InlineData(4, 10, 40)]
    [InlineData(9, 10, 40)]
    public async Task A_crash_at_any_write_and_another_try_leave_what_one_try_would_have(int day, int fewest, int most)
    {
        IReadOnlyList<string> expected;
        int writes;
        await using (var undisturbed = await OpenAsync(day))
        {
            var before = undisturbed.Faults.Writes;
            await undisturbed.RetainAsync();
            (expected, writes) = (await undisturbed.StateAsync(), undisturbed.Faults.Writes - before);
        }

        Assert.InRange(writes, fewest, most);
        for (var crash = 1; crash <= 2 * writes; crash++)
        {
            await using var host = await OpenAsync(day);
            (host.Faults.CrashAt, host.Faults.Afterwards) = (host.Faults.Writes + ((crash + 1) / 2), crash % 2 == 0);
            await Assert.ThrowsAsync<CrashException>(host.RetainAsync);
            await host.CloseAsync();
            await host.AssertCleanAsync();
            await host.RetainAsync();
            await host.AssertCleanAsync();
            Assert.Equal(expected, await host.StateAsync());
        }
    }

    private static async Task<IngestionHost> OpenAsync(int day)
    {
        var host = new IngestionHost { Retention = new() { Raw = 2, Chunks = 8 } };
        host.Vendor.Pages = request => [
            [new($"{request.Symbols[0]}-1", "Headline one", Noon, ["AAPL", "MSFT"]), new("both", "Headline both", Noon.AddHours(1), ["AAPL", "MSFT"])],
            [new($"{request.Symbols[0]}-2", "Headline two", Noon.AddHours(20), ["AAPL", "MSFT"]), new("bad", null, Noon, ["AAPL"])]];
        await host.RunAsync(new(3, 6, 3), "AAPL", "MSFT");
        foreach (var before in ((int[])[1, 4]).Where(d => d < day))
        {
            host.Time.Advance(IngestionHost.Start.AddDays(before) - host.Time.GetUtcNow());
            await host.RetainAsync();
        }

        host.Time.Advance(IngestionHost.Start.AddDays(day) - host.Time.GetUtcNow());
        return host;
    }
}
