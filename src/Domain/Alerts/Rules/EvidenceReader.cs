using System.Globalization;
using Sentiment.Domain.Ingestion.Chunks;
using Sentiment.Domain.Items;
using Sentiment.Domain.Storage;

namespace Sentiment.Domain.Alerts.Rules;

/// <summary>Reads the items that an alert shows.</summary>
internal sealed class EvidenceReader(ITableReader reader, ChunkStore chunks)
{
    private const int MaxTitle = 300;

    /// <summary>What a window of a symbol has.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="symbol">The symbol.</param>
    /// <param name="when">What the rule measures.</param>
    /// <param name="minute">The window's last minute.</param>
    /// <param name="count">How many items it was measured from.</param>
    /// <param name="cancellationToken">Gives the read up.</param>
    public async Task<AlertEvidence> ReadAsync(string tenant, string symbol, AlertCondition when, long minute, long count, CancellationToken cancellationToken)
    {
        var (from, to) = (MinuteReader.TimeOf(minute - MeasuredItems.WindowOf(when) + 1), MinuteReader.TimeOf(minute + 1));
        var page = await ItemList.ReadAsync(reader, new(tenant) { Symbols = [symbol], From = from, To = to }, 2 * AlertEvidence.MaxItems, null, cancellationToken).ConfigureAwait(false);

        // What is on its way may be listed already.
        var committed = await chunks.CommittedAsync([.. page.Items.Select(i => new Stamp(i.Chunk, i.Page)).Distinct()], cancellationToken).ConfigureAwait(false);
        var shown = page.Items.Where(i => committed.Contains(new(i.Chunk, i.Page))).Take(AlertEvidence.MaxItems).ToList();
        var blobs = new Dictionary<Stamp, string?>();
        foreach (var stamp in shown.Select(i => new Stamp(i.Chunk, i.Page)).Distinct())
        {
            blobs[stamp] = (await ChunkStore.PageAsync(reader, IdOf(stamp.Chunk), stamp.Page, cancellationToken).ConfigureAwait(false))?.Blob;
        }

        return new(from, to, count, shown.ConvertAll(i => new EvidenceItem(
            i.Id, i.Table, i.Title.Length > MaxTitle ? Cut(i.Title) : i.Title, i.Url is null ? null : new Uri(i.Url), i.PublishedAt, i.Probabilities.Score, i.Model, blobs[new(i.Chunk, i.Page)])));
    }

    private static ChunkId IdOf(string chunk)
    {
        var parts = chunk.Split('|');
        return new(parts[0], parts[1], TableLimits.Unescape(parts[2]), int.Parse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture));
    }

    // Not between the halves of a character.
    private static string Cut(string title) => title[..(char.IsHighSurrogate(title[MaxTitle - 2]) ? MaxTitle - 2 : MaxTitle - 1)] + "…";
}
