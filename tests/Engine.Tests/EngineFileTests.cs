using Sentiment.Engine.Tests.Support;

namespace Sentiment.Engine.Tests;

public class EngineFileTests
{
    [Theory]
    [InlineData(0, 100)]
    [InlineData(4096, 8192)]
    public async Task A_damaged_file_is_named_with_what_to_do(int from, int length)
    {
        await using var host = await EngineHost.StartAsync();
        host.Define("w", async (c, _) => await c.WaitForEventAsync<string>("go"));
        for (var i = 0; i < 50; i++) await host.BeginAsync("w", id: $"{i}");
        await host.IdleAsync();
        await host.Engine.StopAsync(CancellationToken.None);
        using (var file = new FileStream(host.File, FileMode.Open))
        {
            file.Position = from;
            file.Write(Enumerable.Repeat((byte)0xA5, length).ToArray());
        }

        var exception = await Assert.ThrowsAsync<EngineStoreException>(host.OpenAsync);
        Assert.Contains(host.File, exception.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", exception.Message, StringComparison.Ordinal);
        Assert.Contains("backup", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_engine_on_the_file_is_refused()
    {
        await using var host = await EngineHost.StartAsync();
        await using var second = host.Create();
        var exception = await Assert.ThrowsAsync<EngineStoreException>(() => second.StartAsync(CancellationToken.None));
        Assert.Contains(host.File, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_engine_says_that_it_does_not_run()
    {
        await using var host = await EngineHost.StartAsync();
        await host.Engine.StopAsync(CancellationToken.None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Engine.GetAsync("w", CancellationToken.None));
    }
}
