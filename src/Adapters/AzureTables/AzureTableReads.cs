using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.AzureTables;

/// <summary>Reads of the table, each a point read or one range; a table that does not exist yet holds nothing.</summary>
internal sealed class AzureTableReads(TableClient table) : ITableReader
{
    private const int PageRows = 1000;
    private const int PointReadsAtOnce = 16;

    public async Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken)
    {
        TableLimits.CheckKey(partition);
        TableLimits.CheckKey(key);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var found = await table.GetEntityIfExistsAsync<TableEntity>(partition, key, cancellationToken: cancellationToken).ConfigureAwait(false);
            return found.HasValue ? TableEntities.Row(found.Value!) : null;
        }
        catch (RequestFailedException absent) when (absent.ErrorCode == TableErrorCode.TableNotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A transaction reads one row or up to 1,000 neighbours. So a range is read from the first key that is still open:
    /// it settles at least that key, and all others up to the last row it returns. Keys that lie together, as those of one page
    /// do, cost one transaction in all, and no set of keys costs more than one each. Where a whole range settled one key only,
    /// the next few are read one by one, at once, which costs as many transactions and moves less data.
    /// </remarks>
    public async Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        TableLimits.CheckGet(partition, keys);
        cancellationToken.ThrowIfCancellationRequested();
        string[] wanted = [.. keys.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var found = new List<TableRow>();
        for (var (open, isScattered) = (0, false); open < wanted.Length;)
        {
            if (isScattered || open == wanted.Length - 1)
            {
                var some = wanted.AsSpan(open, Math.Min(PointReadsAtOnce, wanted.Length - open)).ToArray();
                var rows = await Task.WhenAll(some.Select(key => GetAsync(partition, key, cancellationToken))).ConfigureAwait(false);
                found.AddRange(rows.OfType<TableRow>());
                (open, isScattered) = (open + some.Length, false);
                continue;
            }

            var before = open;
            open = await SettleAsync(partition, wanted, open, found, cancellationToken).ConfigureAwait(false);
            isScattered = open == before + 1;
        }

        return found;
    }

    public IAsyncEnumerable<TableRow> QueryAsync(TableRange range, CancellationToken cancellationToken)
    {
        TableLimits.CheckRange(range);
        return RowsAsync(range with { To = TableFilters.End(range.To) }, cancellationToken);
    }

    /// <summary>Names of the partitions with the prefix, each found by one read of the row after the last one's.</summary>
    public async IAsyncEnumerable<string> PartitionsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (string? after = null; ;)
        {
            string? next = null;
            await foreach (var page in PagesAsync(TableFilters.Partitions(prefix, after), 1, ["PartitionKey"], cancellationToken).ConfigureAwait(false))
            {
                next = page.Values.Count == 0 ? null : page.Values[0].PartitionKey;
                if (next is not null)
                {
                    break;
                }
            }

            if (next is null)
            {
                yield break;
            }

            yield return after = next;
        }
    }

    /// <summary>Reads the page of rows that begins at a wanted key; returns the first one that lies beyond it.</summary>
    private async Task<int> SettleAsync(string partition, string[] wanted, int open, List<TableRow> found, CancellationToken cancellationToken)
    {
        await foreach (var page in PagesAsync(TableFilters.Span(partition, wanted[open], wanted[^1]), PageRows, null, cancellationToken).ConfigureAwait(false))
        {
            foreach (var entity in page.Values)
            {
                while (open < wanted.Length && string.CompareOrdinal(wanted[open], entity.RowKey) < 0)
                {
                    open++;
                }

                if (open < wanted.Length && wanted[open] == entity.RowKey)
                {
                    found.Add(TableEntities.Row(entity));
                    open++;
                }
            }

            // The service may hand back an empty page and a place to go on from; only then is the same range gone on with.
            if (page.Values.Count > 0 && page.ContinuationToken is not null)
            {
                return open;
            }
        }

        return wanted.Length;
    }

    private async IAsyncEnumerable<TableRow> RowsAsync(TableRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var left = range.Limit ?? int.MaxValue;
        if (left == 0 || (range.To is { } to && string.CompareOrdinal(range.From, to) >= 0))
        {
            yield break;
        }

        var filter = TableFilters.Range(range.Partition, range.From, range.To);
        await foreach (var page in PagesAsync(filter, Math.Min(left, PageRows), null, cancellationToken).ConfigureAwait(false))
        {
            foreach (var entity in page.Values)
            {
                yield return TableEntities.Row(entity);
                if (--left == 0)
                {
                    yield break;
                }
            }
        }
    }

    private async IAsyncEnumerable<Page<TableEntity>> PagesAsync(
        string filter, int rows, IEnumerable<string>? columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pages = table.QueryAsync<TableEntity>(filter, rows, columns, cancellationToken).AsPages().GetAsyncEnumerator(cancellationToken);
        await using (pages.ConfigureAwait(false))
        {
            while (await NextAsync(pages).ConfigureAwait(false))
            {
                yield return pages.Current;
            }
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<Page<TableEntity>> pages)
    {
        try
        {
            return await pages.MoveNextAsync().ConfigureAwait(false);
        }
        catch (RequestFailedException absent) when (absent.ErrorCode == TableErrorCode.TableNotFound)
        {
            return false;
        }
    }
}
