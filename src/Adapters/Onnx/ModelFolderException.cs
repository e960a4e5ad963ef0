namespace Sentiment.Adapters.Onnx;

/// <summary>A model folder that cannot be used; found when it is loaded, not at the first text.</summary>
/// <param name="file">Which file is at fault.</param>
/// <param name="problem">What is wrong and what was expected.</param>
/// <param name="inner">The cause.</param>
public sealed class ModelFolderException(string file, string problem, Exception? inner = null)
    : Exception($"{file}: {problem}", inner)
{
    /// <summary>Which file is at fault.</summary>
    public string File { get; } = file;
}
