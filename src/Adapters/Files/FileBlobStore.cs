using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Storage;

namespace Sentiment.Adapters.Files;

/// <summary>
/// Blobs as plain files below a folder, laid out as their names say. A name and the start of another name, like
/// <c>a</c> and <c>a/b</c>, cannot both exist, since one is a file and the other a folder.
/// </summary>
public sealed partial class FileBlobStore : IBlobStore
{
    // '+' cannot occur in a blob's name, so this folder is none's. It lies below the root for the rename to be atomic,
    // and in one place for leftovers to be found without walking through all blobs.
    private const string Incoming = "+incoming";

    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(1);

    private readonly string _root;
    private readonly string _incoming;
    private readonly bool _flush;
    private readonly bool _readOnly;

    /// <summary>Opens the folder and removes what writers that ended abruptly left behind over an hour ago.</summary>
    /// <param name="options">Where the files lie and how they are written.</param>
    /// <param name="time">Tells the age of leftovers.</param>
    /// <param name="logger">Hears of removed leftovers.</param>
    /// <exception cref="ArgumentException">The options name no folder.</exception>
    /// <exception cref="DataFolderException">There is a file in place of the folder.</exception>
    public FileBlobStore(FileBlobOptions options, TimeProvider time, ILogger<FileBlobStore> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Root, nameof(options));
        _root = Path.GetFullPath(options.Root);
        _incoming = Path.Combine(_root, Incoming);
        _flush = options.FlushToDisk;
        _readOnly = options.ReadOnly;
        if (File.Exists(_root))
        {
            throw new DataFolderException(_root, "is a file, not a folder", "Move it away or choose another data folder.");
        }

        if (!_readOnly)
        {
            RemoveLeftovers(time.GetUtcNow() - LeftoverAge, logger);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The store was opened only to read.</exception>
    /// <exception cref="DataFolderException">The file cannot be written.</exception>
    public async Task PutAsync(string name, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        BlobLimits.CheckName(name);
        RefuseIfReadOnly();
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        if (File.Exists(path))
        {
            return;
        }

        var temporary = Path.Combine(_incoming, Guid.NewGuid().ToString("N"));
        try
        {
            Directory.CreateDirectory(_incoming);
            await WriteAsync(temporary, data, cancellationToken).ConfigureAwait(false);
            var folder = Path.GetDirectoryName(path)!;
            var made = Directory.Exists(folder) ? null : Directory.CreateDirectory(folder);
            MoveUnlessExists(temporary, path);
            if (_flush)
            {
                FlushFolders(folder, upToRoot: made is not null);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException(path, $"cannot be written ({exception.Message.TrimEnd('.')})", "Check the free space and the permissions of its folder.", exception);
        }
        finally
        {
            Remove(temporary);
        }
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> GetAsync(string name, CancellationToken cancellationToken)
    {
        BlobLimits.CheckName(name);
        var path = PathOf(name);
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            return await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // Deleted since it was looked for.
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException(path, $"cannot be read ({exception.Message.TrimEnd('.')})", "Check the disk and the permissions of the file.", exception);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);

        // Folders that the prefix names whole need not be looked for.
        var slash = prefix.LastIndexOf('/');
        var start = slash < 0 ? "" : prefix[..slash];
        if (start.Length > 0 && !IsName(start))
        {
            yield break;
        }

        foreach (var name in Below(start, prefix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The store was opened only to read.</exception>
    /// <exception cref="DataFolderException">The file cannot be removed.</exception>
    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        BlobLimits.CheckName(name);
        RefuseIfReadOnly();
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        try
        {
            if (File.Exists(path))
            {
                File.Delete(path);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Absent is fine.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException(path, $"cannot be removed ({exception.Message.TrimEnd('.')})", "Check the permissions of its folder.", exception);
        }

        return Task.CompletedTask;
    }

    private static bool IsName(string name)
    {
        try
        {
            BlobLimits.CheckName(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static void MoveUnlessExists(string temporary, string path)
    {
        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another writer was first; a blob never changes.
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next opening removes it; what brought us here matters more.
        }
    }

    private string PathOf(string name) => Path.Combine(_root, name.Replace('/', Path.DirectorySeparatorChar));

    private void RefuseIfReadOnly()
    {
        if (_readOnly)
        {
            throw new InvalidOperationException($"'{_root}' is open only to read; nothing was changed.");
        }
    }

    private async Task WriteAsync(string path, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        // Unbuffered: it is one write, of all bytes.
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        await using (file.ConfigureAwait(false))
        {
            await file.WriteAsync(data, cancellationToken).ConfigureAwait(false);
            if (_flush)
            {
                file.Flush(flushToDisk: true);
            }
        }
    }

    private void FlushFolders(string folder, bool upToRoot)
    {
        FolderFlush.Flush(folder);
        while (upToRoot && folder.Length > _root.Length)
        {
            folder = Path.GetDirectoryName(folder)!;
            FolderFlush.Flush(folder);
        }
    }

    // A folder sorts as its name with the slash that follows, so that the names come in ordinal order as a whole.
    private IEnumerable<string> Below(string folder, string prefix)
    {
        var directory = new DirectoryInfo(folder.Length == 0 ? _root : PathOf(folder));
        if (!directory.Exists)
        {
            yield break;
        }

        var start = folder.Length == 0 ? "" : folder + "/";
        var entries = directory.EnumerateFileSystemInfos()
            .Where(entry => IsName(entry.Name))
            .Select(entry => start + entry.Name + (entry is DirectoryInfo ? "/" : ""))
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToList();
        foreach (var entry in entries)
        {
            if (!entry.EndsWith('/'))
            {
                yield return entry;
                continue;
            }

            foreach (var name in Below(entry[..^1], prefix))
            {
                yield return name;
            }
        }
    }

    private void RemoveLeftovers(DateTimeOffset before, ILogger logger)
    {
        var incoming = new DirectoryInfo(_incoming);
        if (!incoming.Exists)
        {
            return;
        }

        foreach (var file in incoming.EnumerateFiles().Where(file => file.LastWriteTimeUtc < before.UtcDateTime))
        {
            Remove(file.FullName);
            LogLeftover(logger, file.FullName);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Path}, which a writer that ended abruptly had left behind")]
    private static partial void LogLeftover(ILogger logger, string path);
}
