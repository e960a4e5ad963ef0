using System.Reflection;
using Sentiment.Adapters.Onnx;
using Sentiment.Adapters.Tests.Storage;

namespace Sentiment.Adapters.Tests.Onnx;

/// <summary>A copy of the shipped model that a test may spoil.</summary>
internal sealed class ModelFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ModelFolder()
    {
        foreach (var file in Directory.GetFiles(Shipped))
        {
            File.Copy(file, Of(Path.GetFileName(file)));
        }
    }

    /// <summary>The folder of the model that the product ships.</summary>
    public static string Shipped { get; } = Path.GetFullPath(Path.Combine(
        typeof(ModelFolder).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Models").Value!, "compact"));

    public string Of(string file) => _folder.Of(file);

    /// <summary>Replaces a part of <c>model.json</c>.</summary>
    public ModelFolder Describe(string old, string changed)
    {
        var json = File.ReadAllText(Of("model.json"));
        Assert.Contains(old, json, StringComparison.Ordinal);
        File.WriteAllText(Of("model.json"), json.Replace(old, changed, StringComparison.Ordinal));
        return this;
    }

    public OnnxSentimentScorer Load() => OnnxSentimentScorer.Load(new() { ModelPath = _folder.Path, Parallelism = 2 }, TimeProvider.System);

    /// <summary>The message of a refusal, which names the file and says what was wrong and expected.</summary>
    public string Refusal(string file)
    {
        var exception = Assert.Throws<ModelFolderException>(() => Load().Dispose());
        Assert.Equal(Of(file), exception.File);
        Assert.StartsWith(Of(file) + ": ", exception.Message, StringComparison.Ordinal);
        return exception.Message[(Of(file).Length + 2)..];
    }

    public void Dispose() => _folder.Dispose();
}
