using Microsoft.Data.Sqlite;
using Sentiment.Domain.Storage;
using SQLitePCL;

namespace Sentiment.Adapters.Sqlite;

/// <summary>Says what an error of SQLite means to whoever runs the program.</summary>
internal static class SqliteFault
{
    public static DataFolderException From(string path, SqliteException exception) =>
        From(path, exception.SqliteErrorCode, exception.Message, exception);

    public static DataFolderException From(string path, int code, string message, Exception? inner = null)
    {
        // Extended codes carry the plain one in their low byte.
        var (problem, remedy) = (code & 0xff) switch
        {
            raw.SQLITE_NOTADB => ("is not an SQLite file", "Move it away or restore it from a backup."),
            raw.SQLITE_CORRUPT => ("is damaged", "Restore it from a backup, or move it and its -wal file away to start afresh."),
            raw.SQLITE_FULL => ("cannot grow: the disk is full", "Free space and run again; what was acknowledged is kept."),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => ("is held by another process", "Wait until that process is done, or end it, and run again."),
            raw.SQLITE_READONLY or raw.SQLITE_PERM => ("cannot be written", "Check the permissions of the file and its folder."),
            raw.SQLITE_CANTOPEN => ("cannot be opened", "Check that its folder exists and that you may read and write there."),
            raw.SQLITE_IOERR => ("cannot be read or written", "Check the disk, and that the folder is on a local one."),
            _ => ("cannot be used", "Run again; if it stays so, restore it from a backup."),
        };
        return new DataFolderException(path, $"{problem} (SQLite {code}: {message.TrimEnd('.')})", remedy, inner);
    }
}
