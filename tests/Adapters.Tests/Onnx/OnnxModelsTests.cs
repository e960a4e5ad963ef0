using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Sentiment.Adapters.Onnx;
using Sentiment.Domain.Scoring;

namespace Sentiment.Adapters.Tests.Onnx;

public sealed class OnnxModelsTests : IDisposable
{
    private static readonly string[] Texts = ["Profit rises strongly"];

    // Its labels the other way round, so that it scores otherwise, and names of their own.
    private readonly ModelFolder _turned = new ModelFolder().Describe("[\"negative\", \"neutral\", \"positive\"]", "[\"positive\", \"neutral\", \"negative\"]").Describe("\"name\": \"compact-1\"", "\"name\": \"turned\"");
    private readonly ModelFolder _other = new ModelFolder().Describe("\"name\": \"compact-1\"", "\"name\": \"other\"");

    public void Dispose()
    {
        _turned.Dispose();
        _other.Dispose();
    }

    private ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection().AddScoring(new ConfigurationBuilder().AddInMemoryCollection(
        new Dictionary<string, string?>
        {
            ["Scoring:ModelPath"] = ModelFolder.Shipped,
            ["Scoring:Parallelism"] = "2",
            ["Scoring:Models:turned"] = _turned.Of(""),
            ["Scoring:Models:other"] = _other.Of(""),
            ["Scoring:Models:empty"] = "",
        }.Concat(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).GroupBy(s => s.Key).Select(g => g.Last())).Build()).BuildServiceProvider();

    private static async Task<Probabilities> ScoreAsync(ISentimentScorer? scorer) => (await scorer!.ScoreAsync(Texts, default))[0];

    [Theory]
    [InlineData("0")]
    [InlineData("1000")]
    public async Task Each_model_scores_the_same_text_as_itself_cached_or_not(string entries)
    {
        await using var services = Services(("Scoring:CacheEntries", entries));
        var models = services.GetRequiredService<ISentimentModels>();
        Assert.Equal(["default", "other", "turned"], models.Names);
        for (var time = 0; time < 2; time++)
        {
            var (standard, turned, other) = (await ScoreAsync(models.Find(null)), await ScoreAsync(models.Find("turned")), await ScoreAsync(models.Find("other")));
            Assert.NotEqual(standard.Positive, standard.Negative);
            Assert.Equal(new(standard.Positive, standard.Neutral, standard.Negative), turned);
            Assert.Equal(standard, other);
        }

        Assert.Same(models.Find("default"), models.Find(null));
        Assert.Null(models.Find("empty"));
    }

    [Fact]
    public async Task A_model_is_known_by_its_name_and_found_again_by_it_without_being_loaded()
    {
        await using var services = Services();
        var models = (OnnxModels)services.GetRequiredService<ISentimentModels>();
        var turned = models.Find("turned")!;
        using var loaded = _turned.Load();
        Assert.StartsWith("turned@", turned.Model, StringComparison.Ordinal);
        Assert.Equal(loaded.Model, turned.Model);
        Assert.Same(turned, models.FindPinned(turned.Model));
        Assert.Same(models.Find(null), models.FindPinned(models.Find(null)!.Model));
        Assert.Null(models.FindPinned("turned@00000000"));
        Assert.Empty(models.LoadedNames);
    }

    [Fact]
    public async Task No_more_models_are_loaded_than_may_be_and_the_one_used_longest_ago_goes()
    {
        await using var services = Services(("Scoring:LoadedModels", "1"), ("Scoring:CacheEntries", "0"));
        var models = (OnnxModels)services.GetRequiredService<ISentimentModels>();
        foreach (var name in (string[])["turned", "other", "turned"])
        {
            await ScoreAsync(models.Find(name));
            Assert.Equal([name], models.LoadedNames);
        }
    }

    [Fact]
    public async Task Who_asks_at_the_same_time_shares_one_load()
    {
        var loads = 0;
        using var pool = new ModelPool(2, _ => Load(ref loads), TimeProvider.System);
        var loans = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => pool.LendAsync("turned", default)));
        Assert.Equal(1, loads);
        Array.ForEach(loans, loan => loan.Dispose());
    }

    [Fact]
    public async Task A_model_that_is_in_use_goes_only_when_it_is_given_back()
    {
        var loads = 0;
        using var pool = new ModelPool(1, _ => Load(ref loads), TimeProvider.System);
        var held = await pool.LendAsync("turned", default);
        var (next, again) = (pool.LendAsync("other", default), pool.LendAsync("turned", default));
        Assert.Equal(Texts.Length, (await held.Scorer.ScoreAsync(Texts, default)).Count);
        Assert.False(next.IsCompleted || again.IsCompleted);
        Assert.Equal(["turned"], pool.LoadedNames);

        held.Dispose();
        (await next).Dispose();
        (await again).Dispose();
        Assert.Equal((3, "turned"), (loads, pool.LoadedNames.Single()));
    }

    [Fact]
    public async Task Who_waits_too_long_or_gives_up_leaves_the_model_to_who_has_it()
    {
        var (time, loads) = (new FakeTimeProvider(), 0);
        using var pool = new ModelPool(1, _ => Load(ref loads), time);
        using var held = await pool.LendAsync("turned", default);
        var waiting = pool.LendAsync("other", default);
        time.Advance(ModelPool.LongestWait);
        await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        using var cancelled = new CancellationTokenSource();
        var leaving = pool.LendAsync("other", cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        using (await pool.LendAsync("turned", default))
        {
            Assert.Equal((1, "turned"), (loads, pool.LoadedNames.Single()));
        }
    }

    [Fact]
    public async Task A_folder_whose_model_was_changed_meanwhile_is_refused_by_name()
    {
        await using var services = Services();
        var other = services.GetRequiredService<ISentimentModels>().Find("other")!;
        var model = other.Model;
        _other.Describe("\"name\": \"other\"", "\"name\": \"another\"");
        var refused = await Assert.ThrowsAsync<ModelFolderException>(() => ScoreAsync(other));
        Assert.Contains($"is another model than it was, another@{model[^8..]} instead of {model}", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Scoring:Models:Big", "x", "Scoring:Models:Big is no model's name; 1 to 40 characters of [a-z0-9-] other than 'default' were expected")]
    [InlineData("Scoring:Models:default", "x", "Scoring:Models:default is no model's name; ")]
    [InlineData("Scoring:Models:gone", "/nowhere", "Scoring:Models:gone: /nowhere/model.json: does not exist; ")]
    [InlineData("Scoring:LoadedModels", "0", "Scoring:LoadedModels is 0; 1 to 20 was expected")]
    public void A_bad_setting_is_named_with_its_key_at_the_start(string key, string value, string message) =>
        Assert.StartsWith(message, Assert.ThrowsAny<ArgumentException>(() => Services((key, value))).Message, StringComparison.Ordinal);

    private OnnxSentimentScorer Load(ref int loads)
    {
        Interlocked.Increment(ref loads);
        return _turned.Load();
    }
}
