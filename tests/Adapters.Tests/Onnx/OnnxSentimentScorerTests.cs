using CsCheck;
using Sentiment.Adapters.Onnx;
using Sentiment.Domain.Scoring;

namespace Sentiment.Adapters.Tests.Onnx;

/// <summary>Loads the shipped model once for all tests of a class.</summary>
public sealed class ShippedScorer : IDisposable
{
    public OnnxSentimentScorer Scorer { get; } = OnnxSentimentScorer.Load(new() { ModelPath = ModelFolder.Shipped, Parallelism = 2 }, TimeProvider.System);

    public void Dispose() => Scorer.Dispose();
}

public sealed class OnnxSentimentScorerTests(ShippedScorer shipped) : IClassFixture<ShippedScorer>
{
    private const int LongestText = 65_536;

    private static readonly string[] Words =
    [
        "profit", "loss", "shares", "rise", "falls", "Nestlé", "AT&T", "5%", "$3.2bn", "beats", "misses", "lawsuit", "upgrade", "🚀", "€", "~", "2026",
        "\t", "\u202e", "zzzyzx", "the", "quarter", ".", "-", "(NASDAQ: AAPL)", "\u0000", "利益", "прибыль",
    ];

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Int[0, Words.Length - 1].Select(i => Words[i]).Array[0, 90].Select(words => string.Join(' ', words)),
        Gen.String[0, 60]);

    [Fact]
    public void A_score_never_depends_on_its_batch() => Gen.Select(Texts.Array[1, 70], Gen.Int[0, 69]).Sample(
        (texts, shift) =>
        {
            var together = Score(texts);
            var turned = Score([.. texts.Skip(shift % texts.Length), .. texts.Take(shift % texts.Length)]);
            for (var i = 0; i < texts.Length; i++)
            {
                Assert.Equal(Score(texts[i])[0], together[i]);
                Assert.Equal(together[i], turned[(i + texts.Length - (shift % texts.Length)) % texts.Length]);
            }
        },
        iter: 10,
        threads: 1);

    [Fact]
    public async Task A_score_does_not_depend_on_who_else_calls()
    {
        var texts = Enumerable.Range(0, 200).Select(i => $"Company {i} {Words[i % Words.Length]} profit {Words[i * 7 % Words.Length]} {i}%").ToArray();
        var alone = Score(texts);
        var crowd = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () => await shipped.Scorer.ScoreAsync(texts, default))));
        Assert.All(crowd, scores => Assert.Equal(alone, scores));
    }

    [Fact]
    public void Scores_come_in_the_order_of_their_texts_repeats_included()
    {
        var texts = Enumerable.Range(0, 100).Select(i => i % 3 == 0 ? "" : $"Shares rise {i % 40}%").ToArray();
        Assert.Equal(texts.Select(t => Score(t)[0]), Score(texts));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n\u00a0\u3000")]
    [InlineData("\0\u0001\u200b\u202e\ufeff\ufffd")]
    [InlineData("\u0301\u0308")]
    public void A_text_without_content_is_neutral(string text)
    {
        Assert.Equal([Probabilities.CertainlyNeutral], Score(text));
        Assert.Equal(Score("Profit rises")[0], Score(text, "Profit rises", text)[1]);
    }

    [Fact]
    public void No_texts_have_no_scores() => Assert.Empty(Score());

    [Theory]
    [InlineData("a")]
    [InlineData("profit ")]
    [InlineData("!")]
    [InlineData("利")]
    [InlineData("🚀")]
    [InlineData("\u0301")]
    [InlineData("a\u0301 ")]
    [InlineData("\u202e")]
    public void A_text_of_64_KB_is_scored(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, LongestText / System.Text.Encoding.UTF8.GetByteCount(part)));
        AssertProbabilities(Score(text)[0]);
    }

    [Fact]
    public void What_follows_the_longest_sequence_changes_nothing()
    {
        var start = string.Join(' ', Enumerable.Repeat("profit rises", 32));
        Assert.Equal(Score(start + " x")[0], Score(start + string.Concat(Enumerable.Repeat(" lawsuit loss", 1000)))[0]);
    }

    [Theory]
    [InlineData("Apple 🚀🚀 to the moon 👨‍👩‍👧‍👦")]
    [InlineData("مبيعات الشركة ترتفع")]
    [InlineData("\u202eshares \u2066fall\u2069 ten\u0007 per cent\u001b[31m")]
    [InlineData("half \ud83d a character")]
    [InlineData("\udc00")]
    [InlineData("[CLS] [SEP] [PAD] [MASK] [UNK]")]
    [InlineData("\\ud83d <b>&amp;</b> %s {0}")]
    public void Any_text_is_scored(string text) => AssertProbabilities(Score(text)[0]);

    [Fact]
    public void Any_characters_at_all_are_scored() => Gen.Char.Array[1, 200].Sample(
        characters => AssertProbabilities(Score(new string(characters))[0]), iter: 200, threads: 1);

    [Theory]
    [InlineData("Nestlé raises prices", "Nestle raises prices")]
    [InlineData("NESTLÉ RAISES PRICES", "nestle raises prices")]
    [InlineData("Nestle\u0301 raises prices", "nestle raises prices")]
    [InlineData("Shares\tfall\r\nsharply", "shares fall sharply")]
    [InlineData("Sha\u200bres f\u0007all", "shares fall")]
    [InlineData("Profit\u00a0rises\u2003again", "profit rises again")]
    public void Case_accents_and_invisible_characters_make_no_difference(string text, string plain) => Assert.Equal(Score(plain), Score(text));

    [Theory]
    [InlineData("$")]
    [InlineData("+")]
    [InlineData("<")]
    [InlineData("=")]
    [InlineData(">")]
    [InlineData("^")]
    [InlineData("|")]
    [InlineData("~")]
    [InlineData("€")]
    public void A_sign_is_a_word_of_its_own_and_not_dropped(string sign)
    {
        Assert.NotEqual(Score("shares 5")[0], Score($"shares {sign} 5")[0]);
        if (sign != "€")
        {
            Assert.Equal(Score($"shares {sign} 5")[0], Score($"shares{sign}5")[0]);
        }
    }

    [Theory]
    [InlineData("Apple shares surge after record quarterly profit beats estimates", SentimentLabel.Positive)]
    [InlineData("Analysts upgrade Microsoft to buy on strong cloud growth", SentimentLabel.Positive)]
    [InlineData("Operating profit rose to EUR 13.1 mn from EUR 8.7 mn", SentimentLabel.Positive)]
    [InlineData("Boeing shares plunge after wider than expected quarterly loss", SentimentLabel.Negative)]
    [InlineData("Company warns of bankruptcy as sales collapse", SentimentLabel.Negative)]
    [InlineData("Goldman Sachs downgrades Intel to sell on weak demand", SentimentLabel.Negative)]
    [InlineData("Company to hold annual general meeting on 12 May", SentimentLabel.Neutral)]
    [InlineData("Nokia appoints new head of human resources", SentimentLabel.Neutral)]
    public void A_clear_headline_gets_its_label(string headline, SentimentLabel label) => Assert.Equal(label, Score(headline)[0].Label);

    [Fact]
    public async Task A_cancelled_call_ends_and_leaves_the_scorer_usable()
    {
        using var stop = new CancellationTokenSource();
        var texts = Enumerable.Range(0, 20_000).Select(i => $"Company {i} profit rises {i}%").ToArray();
        var call = shipped.Scorer.ScoreAsync(texts, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await shipped.Scorer.ScoreAsync(["one"], stop.Token));
        Assert.Equal(Score(texts[0]), Score(texts[..100])[..1]);
    }

    private static void AssertProbabilities(Probabilities p)
    {
        Assert.All([p.Negative, p.Neutral, p.Positive], share => Assert.InRange(share, 0, 1_000_000));
        Assert.Equal(1_000_000, p.Negative + p.Neutral + p.Positive);
    }

    // A property is checked without awaiting; the scorer completes on threads of its own.
    private Probabilities[] Score(params string[] texts) => [.. shipped.Scorer.ScoreAsync(texts, default).AsTask().GetAwaiter().GetResult()];
}
