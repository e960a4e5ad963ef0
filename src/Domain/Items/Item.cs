using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Scoring;

namespace Sentiment.Domain.Items;

/// <summary>A scored text as stored: complete when inserted, never changed but for its symbols, which only grow.</summary>
/// <param name="Id">See <see cref="IdOf"/>.</param>
/// <param name="Table">The table it came from.</param>
/// <param name="SourceId">The vendor's id.</param>
/// <param name="Symbols">Every watched symbol it was delivered under, ordinal order.</param>
/// <param name="Title">What was scored.</param>
/// <param name="Url">An absolute http(s) link, or null.</param>
/// <param name="PublishedAt">UTC.</param>
/// <param name="Negative">p(negative) in millionths.</param>
/// <param name="Neutral">p(neutral) in millionths.</param>
/// <param name="Positive">p(positive) in millionths.</param>
/// <param name="Model">The model that scored it: name@hash8.</param>
/// <param name="Chunk">The chunk that inserted it.</param>
/// <param name="Page">The page of that chunk.</param>
public sealed record Item(
    string Id, string Table, string SourceId, IReadOnlyList<string> Symbols, string Title, string? Url, DateTimeOffset PublishedAt,
    int Negative, int Neutral, int Positive, string Model, string Chunk, int Page) : IStamped
{
    /// <summary>The vendor's own score in millionths, −1,000,000 to 1,000,000; null where it gave none.</summary>
    public int? VendorScore { get; init; }

    /// <summary>Symbol → how much the text is about it, as the vendor says, 0 to 1,000,000; null where it did not say.</summary>
    public IReadOnlyDictionary<string, int>? Relevance { get; init; }

    /// <summary>The vendor's tags; null where it gave none.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Its class probabilities.</summary>
    [JsonIgnore]
    public Probabilities Probabilities => new(Negative, Neutral, Positive);

    /// <summary>The first 32 hex digits of SHA-256 over tenant, table and the vendor's id, separated by line feeds.</summary>
    public static string IdOf(string tenant, string table, string sourceId) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}\n{table}\n{sourceId}")).AsSpan(0, 16));
}

/// <summary>A row of the index, which leads to an item: its membership of a symbol, which symbol reads and trends follow, its place in time, or one of its tags.</summary>
/// <param name="Table">The item's table.</param>
/// <param name="SourceId">The item's vendor id.</param>
/// <param name="Chunk">The chunk that inserted the row.</param>
/// <param name="Page">The page of that chunk.</param>
/// <param name="Symbols">On a place in time: the symbols whose memberships the same page wrote; null on others.</param>
/// <param name="Label">The item's label, see <see cref="LetterOf"/>; null in rows of before it was noted.</param>
public sealed record Membership(
    string Table, string SourceId, string Chunk, int Page, IReadOnlyList<string>? Symbols = null, string? Label = null) : IStamped
{
    /// <summary>A label in one letter: <c>p</c>ositive, <c>n</c>egative or ne<c>u</c>tral.</summary>
    public static string LetterOf(SentimentLabel label) => label switch
    {
        SentimentLabel.Positive => "p",
        SentimentLabel.Negative => "n",
        _ => "u",
    };
}
