namespace Sentiment.Simulator.Feed;

/// <summary>Total orders over records, so that pages never depend on how a list was put together.</summary>
internal static class FeedOrder
{
    public static readonly Comparer<FeedItem> ByArrival = Comparer<FeedItem>.Create(static (a, b) =>
        a.CrawledAt != b.CrawledAt ? a.CrawledAt.CompareTo(b.CrawledAt) : a.Id.CompareTo(b.Id));

    public static readonly Comparer<FeedItem> NewestCrawledFirst =
        Comparer<FeedItem>.Create(static (a, b) => ByArrival.Compare(b, a));

    public static readonly Comparer<FeedItem> NewestPublishedFirst = Comparer<FeedItem>.Create(static (a, b) =>
        a.PublishedAt != b.PublishedAt ? b.PublishedAt.CompareTo(a.PublishedAt) : b.Id.CompareTo(a.Id));
}
