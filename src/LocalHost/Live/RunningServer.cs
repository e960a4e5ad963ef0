using Sentiment.LocalHost.Data;

namespace Sentiment.LocalHost.Live;

/// <summary>Where the server of a data folder listens, and the key that it takes.</summary>
internal sealed record RunningServer(Uri Address, string Key)
{
    /// <summary>Finds the server of a data folder.</summary>
    /// <exception cref="CommandFailure">None runs.</exception>
    public static RunningServer Find(DataFolder folder)
    {
        if (WriterLock.Read(folder) is { Port: { } port } && File.Exists(folder.AdminKey))
        {
            return new(new Uri($"http://127.0.0.1:{port}"), File.ReadAllText(folder.AdminKey).Trim());
        }

        var demo = new DataFolder(Path.Combine(folder.Path, "demo"));
        throw new CommandFailure(
            $"--data: no server runs on '{folder.Path}'; start 'serve' or 'demo'" + (File.Exists(demo.LockJson) ? $", or add --data {demo.Path}" : ""), CommandFailure.Failed);
    }
}
