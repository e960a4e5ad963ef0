using System.Collections.Concurrent;
using System.Diagnostics;
using Sentiment.Domain.Alerts;
using Sentiment.Domain.Storage;

namespace Sentiment.AlertHost;

/// <summary>Counts the moments before and after each write and each send, and kills the process at the chosen one.</summary>
internal sealed class KillPoints(int killAt)
{
    private int _passed;

    /// <summary>The mails whose send has begun and is not yet recorded; several may be on their way.</summary>
    public ConcurrentDictionary<string, bool> InGap { get; } = new();

    /// <summary>The chosen moment says where it was, and is the last thing that the process does.</summary>
    public void Pass(string where)
    {
        if (Interlocked.Increment(ref _passed) != killAt)
        {
            return;
        }

        Console.Out.WriteLine($"killed {where} gap {string.Join(' ', InGap.Keys)}");
        Console.Out.Flush();
        Process.GetCurrentProcess().Kill();
        Process.GetCurrentProcess().WaitForExit();
    }
}

/// <summary>Tables whose writes are such moments.</summary>
internal sealed class KilledTables(ITableStore inner, KillPoints points) : ITableStore
{
    public Task<TableRow?> GetAsync(string partition, string key, CancellationToken cancellationToken) => inner.GetAsync(partition, key, cancellationToken);

    public Task<IReadOnlyList<TableRow>> GetManyAsync(string partition, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        inner.GetManyAsync(partition, keys, cancellationToken);

    public IAsyncEnumerable<TableRow> QueryAsync(TableRange range, CancellationToken cancellationToken) => inner.QueryAsync(range, cancellationToken);

    public async Task<IReadOnlyList<string>> WriteAsync(string partition, IReadOnlyList<TableWrite> writes, CancellationToken cancellationToken)
    {
        var (place, kind) = (partition.Split('|')[0], writes[0].Key.Split('|')[0]);
        var name = kind.Length == 1 ? $"{place} {kind}" : place;
        points.Pass($"before the write of {name}");
        var etags = await inner.WriteAsync(partition, writes, cancellationToken);

        // What a mail's message is changed to after its send is its record; other rows are written meanwhile, too.
        foreach (var sent in points.InGap.Keys.Where(sent => writes.Any(w => w.Key.StartsWith("m|", StringComparison.Ordinal) && sent.Contains(w.Key[2..], StringComparison.Ordinal))))
        {
            points.InGap.TryRemove(sent, out _);
        }

        points.Pass($"after the write of {name}");
        return etags;
    }
}

/// <summary>Mail whose sends are such moments.</summary>
internal sealed class KilledMailer(IMailer inner, KillPoints points) : IMailer
{
    public async Task<MailOutcome> SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        points.Pass("before the send");

        // From here on it may have arrived, whatever another thread's write ends the process at.
        points.InGap[mail.MessageId] = true;
        var outcome = await inner.SendAsync(mail, cancellationToken);
        points.Pass("after the send");
        return outcome;
    }
}
