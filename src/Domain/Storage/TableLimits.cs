using System.Buffers;
using System.Text;

namespace Sentiment.Domain.Storage;

/// <summary>The bounds that every <see cref="ITableStore"/> keeps, whatever its own would be.</summary>
public static class TableLimits
{
    /// <summary>The most bytes in a row's data: 512 KiB.</summary>
    public const int MaxRowBytes = 512 * 1024;

    /// <summary>The most rows in a write.</summary>
    public const int MaxRowsPerWrite = 100;

    /// <summary>The most bytes of data in a write: 2.5 MiB.</summary>
    /// <remarks>
    /// Azure takes 4 MiB a transaction, counted as sent: the data grows by a third in base64, and a hundred rows of the
    /// longest keys add almost half a MiB.
    /// </remarks>
    public const int MaxWriteBytes = 2_621_440;

    /// <summary>The most keys in one <see cref="ITableReader.GetManyAsync"/>.</summary>
    public const int MaxKeysPerGet = 1000;

    /// <summary>The most characters of a partition or key.</summary>
    public const int MaxKeyLength = 512;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~|:-");

    /// <summary>
    /// Makes any text a key part: every UTF-8 byte outside <c>[A-Za-z0-9.:-]</c> becomes <c>~</c> and two hex digits, so
    /// that different texts stay different and no part contains the separator <c>|</c>. Over 200 characters the rest is
    /// replaced by a hash.
    /// </summary>
    public static string Escape(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            var c = (char)b;
            if (char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or '-')
            {
                result.Append(c);
            }
            else
            {
                result.Append('~').Append(b.ToString("x2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        if (result.Length <= 200)
        {
            return result.ToString();
        }

        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        return $"{result.ToString(0, 130)}~~{hash}";
    }

    /// <summary>The text of a key part of at most 200 characters.</summary>
    public static string Unescape(string part)
    {
        var bytes = new List<byte>(part.Length);
        for (var i = 0; i < part.Length; i++)
        {
            if (part[i] == '~' && i + 2 < part.Length && byte.TryParse(
                part.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var b))
            {
                bytes.Add(b);
                i += 2;
            }
            else
            {
                bytes.Add((byte)part[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>Checks a partition or key.</summary>
    /// <exception cref="ArgumentException">It is empty, too long or has characters outside <c>[A-Za-z0-9._~|:-]</c>.</exception>
    public static void CheckKey(string key)
    {
        if (key.Length is 0 or > MaxKeyLength || key.AsSpan().ContainsAnyExcept(Allowed))
        {
            throw new ArgumentException($"'{key}' is no table key: 1 to {MaxKeyLength} characters of [A-Za-z0-9._~|:-] expected.", nameof(key));
        }
    }

    /// <summary>Checks the keys of a read of many rows.</summary>
    /// <exception cref="ArgumentException">They are more than <see cref="MaxKeysPerGet"/>, or one is no key.</exception>
    public static void CheckGet(string partition, IReadOnlyCollection<string> keys)
    {
        CheckKey(partition);
        if (keys.Count > MaxKeysPerGet)
        {
            throw new ArgumentException($"A read of {keys.Count} keys: at most {MaxKeysPerGet} expected.", nameof(keys));
        }

        foreach (var key in keys)
        {
            CheckKey(key);
        }
    }

    /// <summary>Checks a range before it is read.</summary>
    /// <exception cref="ArgumentException">The partition is none, or the limit is negative.</exception>
    public static void CheckRange(TableRange range)
    {
        CheckKey(range.Partition);
        ArgumentOutOfRangeException.ThrowIfNegative(range.Limit ?? 0, nameof(range));
    }

    /// <summary>Cuts writes of one partition into such as the limits allow, in their order.</summary>
    public static IEnumerable<List<TableWrite>> Batches(IReadOnlyList<TableWrite> writes)
    {
        var batch = new List<TableWrite>(Math.Min(writes.Count, MaxRowsPerWrite));
        long bytes = 0;
        foreach (var write in writes)
        {
            if (batch.Count == MaxRowsPerWrite || (batch.Count > 0 && bytes + write.Data.Length > MaxWriteBytes))
            {
                yield return batch;
                batch = [];
                bytes = 0;
            }

            batch.Add(write);
            bytes += write.Data.Length;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>Checks a write before it is carried out.</summary>
    /// <exception cref="ArgumentException">A limit is passed or a row occurs twice.</exception>
    public static void CheckWrite(string partition, IReadOnlyList<TableWrite> writes)
    {
        CheckKey(partition);
        if (writes.Count is 0 or > MaxRowsPerWrite)
        {
            throw new ArgumentException($"A write of {writes.Count} rows: 1 to {MaxRowsPerWrite} expected.", nameof(writes));
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        long bytes = 0;
        foreach (var write in writes)
        {
            CheckKey(write.Key);
            if (!seen.Add(write.Key))
            {
                throw new ArgumentException($"Row '{write.Key}' occurs twice in one write.", nameof(writes));
            }

            if (write.Data.Length > MaxRowBytes)
            {
                throw new ArgumentException($"Row '{write.Key}' has {write.Data.Length} bytes: at most {MaxRowBytes} expected.", nameof(writes));
            }

            bytes += write.Data.Length;
        }

        if (bytes > MaxWriteBytes)
        {
            throw new ArgumentException($"A write of {bytes} bytes: at most {MaxWriteBytes} expected.", nameof(writes));
        }
    }
}
