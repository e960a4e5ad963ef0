using CsCheck;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tests.Storage;

public class EscapeTests
{
    private static readonly string[] Samples =
    [
        "", "a", "A", "a|b", "a~7cb", "a~b", "~", "~~", "_", "%", "ä", "a\u0308", "😀", " ", "a ", "a/b", "a:b", "a-b", "a.b", "\0", "\n",
        new('a', 200), new('a', 201), new('a', 1000), new string('a', 999) + "b", new('ä', 33), new('ä', 34), new string('a', 130) + new string('b', 900),
        new string('a', 130) + "~~" + new string('0', 64), new('~', 66), new('~', 67),
    ];

    private static readonly string[] Heads = ["", new('a', 125), new('a', 195), new('~', 64)];

    // Few different characters, so that texts often nearly agree.
    private static readonly Gen<string> Texts = Gen.Select(
        Gen.Int[0, 3].Select(i => Heads[i]), Gen.Char["ab|~7c_ä."].Array[0, 12], (head, tail) => head + new string(tail));

    [Fact]
    public void Different_samples_have_different_keys() =>
        Assert.Equal(Samples.Length, Samples.Select(TableLimits.Escape).Distinct(StringComparer.Ordinal).Count());

    [Fact]
    public void Different_texts_have_different_keys_without_the_separator() => Gen.Select(Texts, Texts).Sample((a, b) =>
    {
        Assert.Equal(a == b, TableLimits.Escape(a) == TableLimits.Escape(b));
        Assert.DoesNotContain('|', TableLimits.Escape(a));
        Assert.InRange(TableLimits.Escape(a).Length, 0, 200);
        TableLimits.CheckKey("k" + TableLimits.Escape(a));
    });

    // As the key of an item must be.
    [Fact]
    public void An_escaped_text_is_a_whole_key_unless_it_is_empty() =>
        Assert.All(Samples.Where(s => s.Length > 0), s => TableLimits.CheckKey(TableLimits.Escape(s)));
}
