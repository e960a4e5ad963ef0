using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sentiment.Domain.Caching;

namespace Sentiment.Domain.Tests.Caching;

public class CachedDocumentTests
{
    private static readonly string[] Words =
        ["Apple", "shares", "rise", "after", "earnings", "beat", "analysts", "cut", "target", "on", "weak", "demand", "for", "chips", "Fed", "holds", "rates", "steady", "as", "inflation"];

    /// <summary>A page of items as the API gives them.</summary>
    private static byte[] Page(int items) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        items = Enumerable.Range(0, items).Select(i =>
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)));
            var title = string.Join(' ', hash.Take(9).Select(b => Words[b % Words.Length]));
            return new
            {
                id = Convert.ToHexStringLower(hash.AsSpan(0, 16)),
                source = "tiingo/news",
                sourceId = BitConverter.ToUInt32(hash).ToString(CultureInfo.InvariantCulture),
                symbols = new[] { "AAPL", "MSFT" },
                title,
                url = $"https://news.example/{title.ToLowerInvariant().Replace(' ', '-')}",
                publishedAt = DateTimeOffset.UnixEpoch.AddYears(56).AddSeconds(-97 * i),
                label = "positive",
                score = hash[9] / 1000m,
                probabilities = new { positive = hash[10] / 1000m, neutral = hash[11] / 1000m, negative = hash[12] / 1000m },
                model = "compact@1a2b3c4d",
            };
        }),
        next = (string?)null,
    }, JsonSerializerOptions.Web);

    [Fact]
    public void A_page_of_a_hundred_items_takes_up_less_than_two_fifths_of_its_bytes_and_comes_back_whole()
    {
        var plain = Page(100);
        var document = CachedDocument.Of(plain, default);
        Assert.True(document.IsBrotli);
        Assert.InRange(document.Size, 1, plain.Length * 2 / 5);
        Assert.Equal(plain, document.Plain().ToArray());
    }

    [Fact]
    public void A_short_document_stays_as_it_is()
    {
        var document = CachedDocument.Of(Page(1), default);
        Assert.False(document.IsBrotli);
        Assert.Equal(Page(1), document.Body.ToArray());
    }

    [Fact]
    public void The_tag_is_that_of_the_bytes_whenever_they_were_made()
    {
        Assert.Equal(CachedDocument.Of(Page(100), default).ETag, CachedDocument.Of(Page(100), DateTimeOffset.UnixEpoch).ETag);
        Assert.NotEqual(CachedDocument.Of(Page(100), default).ETag, CachedDocument.Of(Page(99), default).ETag);
        Assert.Matches("^\"[0-9a-f]{32}\"$", CachedDocument.Of(Page(1), default).ETag);
    }
}
