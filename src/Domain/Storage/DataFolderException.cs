namespace Sentiment.Domain.Storage;

/// <summary>A file of the data folder cannot be used; the message names it and says what to do.</summary>
/// <param name="path">The file or folder.</param>
/// <param name="problem">What is wrong with it, without a full stop.</param>
/// <param name="remedy">What to do about it, as a sentence.</param>
/// <param name="inner">What was thrown below, if anything.</param>
public sealed class DataFolderException(string path, string problem, string remedy, Exception? inner = null)
    : Exception($"'{path}' {problem}. {remedy}", inner)
{
    /// <summary>The file or folder.</summary>
    public string Path { get; } = path;
}
