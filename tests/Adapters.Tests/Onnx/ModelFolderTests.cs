using Microsoft.Extensions.DependencyInjection;
using Sentiment.Adapters.Onnx;
using Sentiment.Domain.Scoring;

namespace Sentiment.Adapters.Tests.Onnx;

public sealed class ModelFolderTests : IDisposable
{
    private readonly ModelFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_is_named_after_its_description_and_the_hash_of_its_graph()
    {
        using var shipped = _folder.Load();
        Assert.Matches("^compact-1@[0-9a-f]{8}$", shipped.Model);
        Write(new());
        using var other = _folder.Load();
        Assert.StartsWith("compact-1@", other.Model, StringComparison.Ordinal);
        Assert.NotEqual(shipped.Model, other.Model);
    }

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("vocab.txt")]
    [InlineData("model.json")]
    public void A_missing_file_is_named_with_what_a_model_folder_holds(string file)
    {
        File.Delete(_folder.Of(file));
        Assert.Equal("does not exist; a model folder holds model.onnx, vocab.txt and model.json", _folder.Refusal(file));
    }

    [Fact]
    public void A_folder_that_does_not_exist_is_named()
    {
        var path = _folder.Of("nowhere");
        var exception = Assert.Throws<ModelFolderException>(() => OnnxSentimentScorer.Load(new() { ModelPath = path }, TimeProvider.System));
        Assert.StartsWith(path, exception.File, StringComparison.Ordinal);
        Assert.Contains("does not exist; a model folder holds", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void A_graph_that_is_cut_short_is_refused(int bytes)
    {
        File.WriteAllBytes(_folder.Of("model.onnx"), File.ReadAllBytes(_folder.Of("model.onnx"))[..bytes]);
        Assert.StartsWith("is not an ONNX model that can be loaded: ", _folder.Refusal("model.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_graph_is_refused()
    {
        File.WriteAllText(_folder.Of("model.onnx"), "version https://git-lfs.github.com/spec/v1");
        Assert.StartsWith("is not an ONNX model that can be loaded: ", _folder.Refusal("model.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_graph_of_the_expected_shape_is_taken()
    {
        Write(new() { Weight = 0 });
        using var scorer = _folder.Load();
        Assert.Equal([new(333_333, 333_334, 333_333)], await scorer.ScoreAsync(["Profit rises"], default));
    }

    [Fact]
    public async Task A_graph_with_token_types_is_taken()
    {
        Write(new() { Inputs = ["input_ids", "attention_mask", "token_type_ids"] });
        using var scorer = _folder.Load();
        Assert.Single(await scorer.ScoreAsync(["Profit rises"], default));
    }

    [Theory]
    [InlineData("lacks \"input_ids\"; has the unknown \"words\"", "words", "attention_mask")]
    [InlineData("has the unknown \"position_ids\"", "input_ids", "attention_mask", "position_ids")]
    [InlineData("lacks \"input_ids\"", "attention_mask")]
    public void A_graph_of_other_inputs_is_refused_with_what_was_expected(string wrong, params string[] inputs)
    {
        Write(new() { Inputs = inputs });
        Assert.Equal($"inputs: {wrong}; expected input_ids, attention_mask, each int64 [batch, sequence]", _folder.Refusal("model.onnx"));
    }

    [Fact]
    public void A_graph_whose_inputs_have_another_type_is_refused()
    {
        Write(new() { InputType = 6 });
        Assert.StartsWith("inputs: \"input_ids\" is Int32 [", _folder.Refusal("model.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_whose_inputs_have_another_rank_is_refused()
    {
        Write(new() { InputDimensions = 3 });
        Assert.EndsWith("expected input_ids, attention_mask, each int64 [batch, sequence]", _folder.Refusal("model.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_of_another_output_is_refused_with_what_it_has()
    {
        Write(new() { Output = "scores" });
        Assert.Equal("outputs: lacks \"logits\", has scores; the name in model.json was expected", _folder.Refusal("model.onnx"));
    }

    [Fact]
    public void A_graph_whose_output_is_no_floats_is_refused()
    {
        Write(new() { IntegerOutput = true });
        Assert.Matches("^output \"logits\" is Int64 \\[.*\\]; float \\[batch, 3\\] was expected$", _folder.Refusal("model.onnx"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void A_graph_of_another_number_of_labels_is_refused(int classes)
    {
        Write(new() { Classes = classes });
        Assert.Equal(
            $"output \"logits\" has the shape [1, {classes}] for one text; [1, 3] was expected, one value a label", _folder.Refusal("model.onnx"));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_graph_whose_output_is_no_number_is_refused(float weight)
    {
        Write(new() { Weight = weight });
        Assert.Equal("output \"logits\" is not a number for a plain text; finite logits were expected", _folder.Refusal("model.onnx"));
    }

    [Fact]
    public void A_vocabulary_longer_than_the_graph_knows_is_refused()
    {
        File.AppendAllText(_folder.Of("vocab.txt"), "onemoreword\n");
        Assert.StartsWith(
            "cannot run a short text of the last word in vocab.txt (id 19945); a graph and a vocabulary made for each other were expected: ", _folder.Refusal("model.onnx"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("profit\nloss\n")]
    public void A_vocabulary_without_the_special_tokens_is_refused(string words)
    {
        File.WriteAllText(_folder.Of("vocab.txt"), words);
        Assert.Equal(
            "lacks [PAD], [UNK], [CLS], [SEP]; every special token of model.json was expected, one token a line", _folder.Refusal("vocab.txt"));
    }

    [Fact]
    public void A_vocabulary_with_a_word_twice_is_refused()
    {
        var lines = File.ReadAllLines(_folder.Of("vocab.txt"));
        lines[^1] = lines[^2];
        File.WriteAllLines(_folder.Of("vocab.txt"), lines);
        Assert.StartsWith("is not a WordPiece vocabulary: ", _folder.Refusal("vocab.txt"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"name":"x","labels":"positive"}""")]
    [InlineData("""{"name":"x","maxTokens":"many"}""")]
    public void A_description_that_is_not_the_expected_JSON_is_refused(string json)
    {
        File.WriteAllText(_folder.Of("model.json"), json);
        Assert.StartsWith("not the JSON that was expected: ", _folder.Refusal("model.json"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_description_that_is_null_is_refused()
    {
        File.WriteAllText(_folder.Of("model.json"), "null");
        Assert.Equal("is null; an object was expected", _folder.Refusal("model.json"));
    }

    [Theory]
    [InlineData("\"compact-1\"", "\"\"", "\"name\" is missing or contains @")]
    [InlineData("\"compact-1\"", "\"a@b\"", "\"name\" is missing or contains @")]
    [InlineData("[\"negative\", \"neutral\", \"positive\"]", "[\"bearish\", \"bullish\", \"neutral\"]", "\"labels\" is [bearish, bullish, neutral]; the three negative, neutral and positive")]
    [InlineData("[\"negative\", \"neutral\", \"positive\"]", "[\"negative\", \"positive\"]", "\"labels\" is [negative, positive]; the three")]
    [InlineData("[\"negative\", \"neutral\", \"positive\"]", "[\"negative\", \"neutral\", \"neutral\"]", "\"labels\" is [negative, neutral, neutral]; the three")]
    [InlineData("[\"negative\", \"neutral\", \"positive\"]", "null", "\"labels\" is []; the three")]
    [InlineData("\"maxTokens\": 64", "\"maxTokens\": 2", "\"maxTokens\" is 2; 3 to 8192 was expected")]
    [InlineData("\"maxTokens\": 64", "\"maxTokens\": 8193", "\"maxTokens\" is 8193; 3 to 8192 was expected")]
    [InlineData("\"maxTokens\": 64,", "", "\"maxTokens\" is 0; 3 to 8192 was expected")]
    [InlineData("\"ids\": \"input_ids\"", "\"ids\": \"\"", "\"inputs\" has no \"ids\" or \"mask\"")]
    [InlineData("{ \"ids\": \"input_ids\", \"mask\": \"attention_mask\" }", "null", "\"inputs\" has no \"ids\" or \"mask\"")]
    [InlineData("\"output\": \"logits\"", "\"output\": \"\"", "\"output\" is empty")]
    [InlineData("\"unknown\": \"[UNK]\"", "\"unknown\": \"\"", "\"specialTokens\" has an empty name")]
    [InlineData("\"preTokenizer\": \"", "\"preTokenizer\": \"(", "\"preTokenizer\" is not a regular expression: ")]
    public void A_description_of_something_else_is_refused_by_its_field(string old, string changed, string problem) =>
        Assert.StartsWith(problem, _folder.Describe(old, changed).Refusal("model.json"), StringComparison.Ordinal);

    [Fact]
    public async Task Labels_may_stand_in_any_order_and_case()
    {
        using var straight = _folder.Load();
        _folder.Describe("[\"negative\", \"neutral\", \"positive\"]", "[\"Positive\", \"NEUTRAL\", \"negative\"]");
        using var turned = _folder.Load();
        string[] texts = ["Profit rises strongly"];
        var expected = (await straight.ScoreAsync(texts, default))[0];
        Assert.Equal(new(expected.Positive, expected.Neutral, expected.Negative), (await turned.ScoreAsync(texts, default))[0]);
    }

    [Theory]
    [InlineData(0, 2, "Scoring:Parallelism is 0; 1 to 256 was expected")]
    [InlineData(257, 2, "Scoring:Parallelism is 257; 1 to 256 was expected")]
    [InlineData(1, 1, "Scoring:CacheEntries is 1; 0, or 2 to 50,000,000 was expected")]
    [InlineData(1, -1, "Scoring:CacheEntries is -1; 0, or 2 to 50,000,000 was expected")]
    public void A_bad_option_is_named_with_its_key(int parallelism, int entries, string message) => Assert.StartsWith(
        message,
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServiceCollection().AddOnnxScoring(new() { Parallelism = parallelism, CacheEntries = entries })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void An_empty_model_path_is_named_with_its_key() => Assert.StartsWith(
        "Scoring:ModelPath is empty", Assert.Throws<ArgumentException>(() => new ServiceCollection().AddOnnxScoring(new() { ModelPath = " " })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0, typeof(OnnxSentimentScorer))]
    [InlineData(2, typeof(CachedScorer))]
    public void Services_get_a_scorer_with_a_cache_unless_it_is_empty(int entries, Type expected)
    {
        using var services = new ServiceCollection().AddOnnxScoring(new() { ModelPath = ModelFolder.Shipped, CacheEntries = entries }).BuildServiceProvider();
        Assert.IsType(expected, services.GetRequiredService<ISentimentScorer>());
    }

    private void Write(TinyGraph graph) => File.WriteAllBytes(_folder.Of("model.onnx"), graph.ToBytes());
}
