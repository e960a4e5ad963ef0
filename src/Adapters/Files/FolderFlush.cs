using System.Runtime.InteropServices;
using System.Text;

namespace Sentiment.Adapters.Files;

/// <summary>
/// Makes new names in a folder survive a power cut. POSIX asks for a flush of the folder itself, which .NET cannot open;
/// Windows journals names on its own.
/// </summary>
internal static class FolderFlush
{
    /// <summary>Flushes the folder where the system has such a thing; file systems that refuse it are left to their own.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = Open(Encoding.UTF8.GetBytes(folder + '\0'), 0);
        if (handle >= 0)
        {
            _ = Synchronize(handle);
            _ = Close(handle);
        }
    }

    [DllImport("libc", EntryPoint = "open")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Synchronize(int handle);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);
}
