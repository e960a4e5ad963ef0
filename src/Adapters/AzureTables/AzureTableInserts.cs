using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.AzureTables;

/// <summary>Inserts the absent ones of many rows in few transactions, whoever else writes them at the same moment; of one call.</summary>
/// <remarks>
/// A transaction that meets a row that stands is refused as a whole, and names that row alone. After the first one each batch
/// is looked up before it is written: batches are made of neighbours, so a range of up to 1,000 rows mostly tells all of it.
/// Where the keys of a batch are scattered among more rows than that, looking would cost up to a transaction a key; then rows
/// that stand are left out of their batches as they are met, and read at the end.
/// </remarks>
internal sealed class AzureTableInserts(AzureTableReads reads, AzureTableWrites writes, string partition)
{
    private const int RangeRows = 1000;

    // A batch of which so many stand is mostly a repetition: what is left of it is looked up, whatever it costs.
    private const int MaxRefusals = 10;

    private readonly Dictionary<string, TableRow> _standing = new(StringComparer.Ordinal);
    private readonly List<TableWrite> _refused = [];
    private bool _isShared;
    private bool _isScattered;

    /// <inheritdoc cref="ITableStore.InsertAbsentAsync"/>
    public async Task<IReadOnlyDictionary<string, TableRow>> RunAsync(IReadOnlyList<TableWrite> inserts, CancellationToken cancellationToken)
    {
        for (var open = inserts; open.Count > 0;)
        {
            foreach (var batch in Neighbours(open))
            {
                TableLimits.CheckWrite(partition, batch);
                await InsertAsync(batch, cancellationToken).ConfigureAwait(false);
            }

            await LookUpAsync(_refused, cancellationToken).ConfigureAwait(false);

            // What was removed again in between is absent after all.
            open = [.. _refused.Where(w => !_standing.ContainsKey(w.Key))];
            _refused.Clear();
        }

        return _standing;
    }

    private async Task InsertAsync(List<TableWrite> batch, CancellationToken cancellationToken)
    {
        for (var (isUnseen, refusals) = (_isShared, 0); batch.Count > 0;)
        {
            if (isUnseen && !_isScattered)
            {
                isUnseen = false;
                await LookAroundAsync(batch, cancellationToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                await writes.WriteAsync(partition, batch, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TableConflictException) when (!_isScattered)
            {
                _isShared = isUnseen = true;
            }
            catch (TableConflictException conflict)
            {
                _refused.AddRange(batch.Where(w => w.Key == conflict.Key));
                batch.RemoveAll(w => w.Key == conflict.Key);
                if (++refusals == MaxRefusals)
                {
                    await LookUpAsync(batch, cancellationToken).ConfigureAwait(false);
                    batch.RemoveAll(w => _standing.ContainsKey(w.Key));
                }
            }
        }
    }

    /// <summary>Leaves out of a batch what one range shows to stand.</summary>
    private async Task LookAroundAsync(List<TableWrite> batch, CancellationToken cancellationToken)
    {
        var keys = batch.Select(w => w.Key).ToHashSet(StringComparer.Ordinal);
        var seen = 0;
        var range = new TableRange(partition, keys.Min(StringComparer.Ordinal)!, keys.Max(StringComparer.Ordinal) + "!", RangeRows);
        await foreach (var row in reads.QueryAsync(range, cancellationToken).ConfigureAwait(false))
        {
            seen++;
            if (keys.Contains(row.Key))
            {
                _standing[row.Key] = row;
            }
        }

        _isScattered = seen == RangeRows;
        batch.RemoveAll(w => _standing.ContainsKey(w.Key));
    }

    private async Task LookUpAsync(List<TableWrite> rows, CancellationToken cancellationToken)
    {
        foreach (var keys in rows.Select(w => w.Key).Chunk(TableLimits.MaxKeysPerGet))
        {
            foreach (var row in await reads.GetManyAsync(partition, keys, cancellationToken).ConfigureAwait(false))
            {
                _standing[row.Key] = row;
            }
        }
    }

    // In key order, from the one that has the caller's first row: callers who write side by side begin at different places.
    private static IEnumerable<List<TableWrite>> Neighbours(IReadOnlyList<TableWrite> inserts)
    {
        var batches = TableLimits.Batches([.. inserts.OrderBy(w => w.Key, StringComparer.Ordinal)]).ToList();
        var first = batches.FindIndex(b => b.Any(w => w.Key == inserts[0].Key));
        return batches.Skip(first).Concat(batches.Take(first));
    }
}
