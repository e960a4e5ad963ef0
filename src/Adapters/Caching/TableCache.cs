using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Distributed;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Caching;

/// <summary>
/// A cache in the product's own tables: what is stored on a UTC day lies in that day's partition, which goes as a whole once
/// nothing in it can be wanted any more. So an entry is removed at the latest two days after it was stored, if anything is
/// stored then.
/// </summary>
/// <param name="tables">The tables.</param>
/// <param name="life">How long entries may be wanted, whatever their own options say; a day at most.</param>
/// <param name="time">The clock.</param>
internal sealed class TableCache(ITableStore tables, TimeSpan life, TimeProvider time) : IDistributedCache
{
    private const string DaysPartition = "responses";
    private const int Version = 1;
    private const int MaxParts = 5;
    private const int HeaderBytes = 9;
    private const int PartBytes = TableLimits.MaxRowBytes - HeaderBytes;
    private const int DaysPerWrite = 10;
    private const int BatchesPerWrite = 20;

    private string? _tidied;

    /// <inheritdoc/>
    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        var now = time.GetUtcNow();
        for (var day = now.UtcDateTime.Date; day >= (now - life).UtcDateTime.Date; day = day.AddDays(-1))
        {
            if (await ReadAsync(Partition(Spell(day)), key, token).ConfigureAwait(false) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        var parts = (value.Length + PartBytes - 1) / PartBytes;
        if (parts is 0 or > MaxParts || value.Length + (parts * HeaderBytes) > TableLimits.MaxWriteBytes)
        {
            return;
        }

        var now = time.GetUtcNow();
        var day = Spell(now.UtcDateTime.Date);
        await TidyAsync(day, Spell((now - life).UtcDateTime.Date), token).ConfigureAwait(false);

        // Each part says how many there are and of which value, for a reader may see another writer's beside them.
        var header = new byte[HeaderBytes];
        header[0] = (byte)parts;
        SHA256.HashData(value).AsSpan(0, HeaderBytes - 1).CopyTo(header.AsSpan(1));
        await tables.WriteAsync(
            Partition(day), [.. Enumerable.Range(0, parts).Select(number => TableWrite.Upsert(RowKey(key, number), Version, Part(header, value, number)))], token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task RemoveAsync(string key, CancellationToken token = default)
    {
        var now = time.GetUtcNow();
        for (var day = now.UtcDateTime.Date; day >= (now - life).UtcDateTime.Date; day = day.AddDays(-1))
        {
            await tables.WriteAsync(
                Partition(Spell(day)), [.. Enumerable.Range(0, MaxParts).Select(number => TableWrite.Delete(RowKey(key, number)))], token).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public byte[]? Get(string key) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Refresh(string key) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Remove(string key) => throw new NotSupportedException();

    private async Task<byte[]?> ReadAsync(string partition, string key, CancellationToken cancellationToken)
    {
        var parts = new List<ReadOnlyMemory<byte>>(1);
        await foreach (var row in tables.QueryAsync(TableRange.Prefix(partition, $"{key}|", MaxParts), cancellationToken).ConfigureAwait(false))
        {
            if (row.Version != Version || row.Data.Length < HeaderBytes)
            {
                return null;
            }

            parts.Add(row.Data);
        }

        // A longer value that was here before may have left parts behind.
        if (parts.Count == 0 || parts.Count < parts[0].Span[0] || parts.Take(parts[0].Span[0]).Any(part => Stamp(part) != Stamp(parts[0])))
        {
            return null;
        }

        using var value = new MemoryStream();
        foreach (var part in parts.Take(parts[0].Span[0]))
        {
            value.Write(part.Span[HeaderBytes..]);
        }

        return value.ToArray();
    }

    /// <summary>Notes that the day has entries; once a day, removes days that nobody can want any more, some at a time.</summary>
    private async Task TidyAsync(string today, string kept, CancellationToken cancellationToken)
    {
        if (_tidied == today)
        {
            return;
        }

        await tables.WriteAsync(DaysPartition, [TableWrite.Upsert(today, Version, "{}"u8.ToArray())], cancellationToken).ConfigureAwait(false);
        var old = new List<string>();
        await foreach (var row in tables.QueryAsync(new(DaysPartition, "", kept, DaysPerWrite), cancellationToken).ConfigureAwait(false))
        {
            old.Add(row.Key);
        }

        var batches = BatchesPerWrite;
        foreach (var day in old)
        {
            while (await RemoveSomeAsync(Partition(day), cancellationToken).ConfigureAwait(false))
            {
                if (--batches == 0)
                {
                    return;
                }
            }

            await tables.WriteAsync(DaysPartition, [TableWrite.Delete(day)], cancellationToken).ConfigureAwait(false);
        }

        _tidied = old.Count < DaysPerWrite ? today : null;
    }

    /// <summary>Whether there was anything to remove.</summary>
    private async Task<bool> RemoveSomeAsync(string partition, CancellationToken cancellationToken)
    {
        var deletes = new List<TableWrite>();
        await foreach (var row in tables.QueryAsync(new(partition, Limit: TableLimits.MaxRowsPerWrite), cancellationToken).ConfigureAwait(false))
        {
            deletes.Add(TableWrite.Delete(row.Key));
        }

        if (deletes.Count > 0)
        {
            await tables.WriteAsync(partition, deletes, cancellationToken).ConfigureAwait(false);
        }

        return deletes.Count > 0;
    }

    private static byte[] Part(byte[] header, byte[] value, int number)
    {
        var part = value.AsSpan(number * PartBytes);
        return [.. header, .. part[..Math.Min(part.Length, PartBytes)]];
    }

    private static long Stamp(ReadOnlyMemory<byte> part) => BinaryPrimitives.ReadInt64LittleEndian(part.Span[1..]);

    private static string Partition(string day) => $"{DaysPartition}|{day}";

    private static string RowKey(string key, int number) => $"{key}|{number.ToString(CultureInfo.InvariantCulture)}";

    private static string Spell(DateTime day) => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}
