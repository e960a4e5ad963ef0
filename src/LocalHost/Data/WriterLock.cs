using System.Text.Json;
using System.Text.Json.Serialization;
using Sentiment.Domain.Storage;

namespace Sentiment.LocalHost.Data;

/// <summary>Who writes to a data folder.</summary>
/// <param name="Pid">The process.</param>
/// <param name="Command">The command it runs.</param>
/// <param name="Port">Where it listens; null if it does not.</param>
internal sealed record Writer(int Pid, string Command, int? Port);

/// <summary>
/// Held by the one process that writes to a data folder. The lock on the file ends with the process, however that ends;
/// <c>lock.json</c> beside it says who it is.
/// </summary>
internal sealed class WriterLock : IDisposable
{
    private readonly FileStream _file;
    private readonly DataFolder _folder;
    private readonly string _command;

    private WriterLock(FileStream file, DataFolder folder, string command) => (_file, _folder, _command) = (file, folder, command);

    /// <summary>Takes the lock.</summary>
    /// <exception cref="DataFolderException">Another process has it, or the folder cannot be written to.</exception>
    public static WriterLock Take(DataFolder folder, string command)
    {
        folder.Create();
        FileStream file;
        try
        {
            file = new FileStream(folder.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new DataFolderException(folder.Path, "cannot be written to", "Give this user the right to, or name another folder with --data.", exception);
        }
        catch (IOException exception)
        {
            var holder = Read(folder);
            throw new DataFolderException(
                folder.Path,
                holder is null ? "is held by another process"
                    : $"is held by process {holder.Pid} ({holder.Command}{(holder.Port is { } port ? $", port {port}" : "")})",
                "Stop it first, or name another folder with --data.", exception);
        }

        var held = new WriterLock(file, folder, command);
        held.Announce(null);
        return held;
    }

    /// <summary>Says where the process listens.</summary>
    public void Announce(int? port) => DataFolder.WriteWhole(
        _folder.LockJson, JsonSerializer.Serialize(new Writer(Environment.ProcessId, _command, port), WriterJson.Default.Writer));

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Delete(_folder.LockJson);
        _file.Dispose();
    }

    /// <summary>Who writes to a folder, as it has said; null: nobody has.</summary>
    public static Writer? Read(DataFolder folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(folder.LockJson), WriterJson.Default.Writer);
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return null; // The holder has not said yet who it is.
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Writer))]
internal sealed partial class WriterJson : JsonSerializerContext;
