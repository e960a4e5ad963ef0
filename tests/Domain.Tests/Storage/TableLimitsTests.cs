using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Tests.Storage;

public class TableLimitsTests
{
    [Theory]
    [InlineData("AAPL", "AAPL")]
    [InlineData("BRK.B", "BRK.B")]
    [InlineData("a|b", "a~7cb")]
    [InlineData("a~7cb", "a~7e7cb")]
    [InlineData("é_", "~c3~a9~5f")]
    public void Escaping_keeps_different_texts_different(string text, string key) => Assert.Equal(key, TableLimits.Escape(text));

    [Fact]
    public void An_escaped_text_is_always_a_valid_key()
    {
        var key = TableLimits.Escape(new string('ü', 5000));
        TableLimits.CheckKey(key);
        Assert.NotEqual(key, TableLimits.Escape(new string('ü', 5001)));
    }

    [Fact]
    public void A_write_with_a_row_twice_is_refused() =>
        Assert.Throws<ArgumentException>(() => TableLimits.CheckWrite("p", [TableWrite.Delete("a"), TableWrite.Delete("a")]));

    [Fact]
    public void A_row_over_the_limit_is_refused() =>
        Assert.Throws<ArgumentException>(() => TableLimits.CheckWrite("p", [TableWrite.Upsert("a", 1, new byte[TableLimits.MaxRowBytes + 1])]));
}
