namespace Sentiment.Infra.Tests.Support;

/// <summary>The files under test.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Template { get; } = PathOf("infra", "bicep", "main.bicep");

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    public static string Read(params string[] parts) => File.ReadAllText(PathOf(parts));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sentiment.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder.FullName;
    }
}
