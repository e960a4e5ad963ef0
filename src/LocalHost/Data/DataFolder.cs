using Sentiment.Domain.Storage;

namespace Sentiment.LocalHost.Data;

/// <summary>Where a data folder keeps what.</summary>
internal sealed record DataFolder(string Path)
{
    public string Tables => In("tables.db");

    public string Engine => In("engine.db");

    public string Blobs => In("blobs");

    public string Lock => In("lock");

    public string LockJson => In("lock.json");

    public string AdminKey => In("admin.key");

    public string Schedule => In("schedule.json");

    public string Demo => In("demo.json");

    /// <summary>Mail that is sent nowhere.</summary>
    public string Outbox => In("outbox");

    private string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Makes the folder if it is not there; other users cannot look into it.</summary>
    /// <exception cref="DataFolderException">It cannot be made or written to.</exception>
    public void Create()
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(Path);
            }
            else
            {
                Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DataFolderException(Path, "cannot be made: " + exception.Message, "Name another folder with --data.", exception);
        }
    }

    /// <summary>Checks that there is something to read.</summary>
    /// <exception cref="DataFolderException">There is not.</exception>
    public void CheckExists()
    {
        if (!File.Exists(Tables))
        {
            var demo = new DataFolder(System.IO.Path.Combine(Path, "demo"));
            throw new DataFolderException(Path, "holds no data", File.Exists(demo.Tables)
                ? $"The demo's is in '{demo.Path}': add --data {demo.Path}."
                : "Start with 'demo' or 'run', or name another folder with --data.");
        }
    }

    /// <summary>Writes a small file whole or not at all.</summary>
    public static void WriteWhole(string path, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        using (var file = new StreamWriter(path + ".new", new System.Text.UTF8Encoding(false), options))
        {
            file.Write(text);
            file.Flush();
            ((FileStream)file.BaseStream).Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
    }
}
