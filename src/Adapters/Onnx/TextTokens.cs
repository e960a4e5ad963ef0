using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;

namespace Sentiment.Adapters.Onnx;

/// <summary>Turns texts into WordPiece ids as the model was trained on them; safe to use from many threads.</summary>
internal sealed class TextTokens
{
    public const string FileName = "vocab.txt";

    private readonly BertTokenizer _tokenizer;
    private readonly bool _stripAccents;

    private TextTokens(BertTokenizer tokenizer, bool stripAccents, int maxTokens)
    {
        _tokenizer = tokenizer;
        _stripAccents = stripAccents;
        MaxTokens = maxTokens;
    }

    public int MaxTokens { get; }

    /// <summary>The largest id the vocabulary can give.</summary>
    public int LargestId { get; private init; }

    public static TextTokens Load(string file, string descriptionFile, ModelDescription model)
    {
        var tokens = File.ReadAllLines(file);
        var known = new HashSet<string>(tokens, StringComparer.Ordinal);
        string[] special = [model.SpecialTokens.Pad, model.SpecialTokens.Unknown, model.SpecialTokens.Start, model.SpecialTokens.End];
        if (special.Where(token => !known.Contains(token)).ToArray() is { Length: > 0 } absent)
            throw new ModelFolderException(file, $"lacks {string.Join(", ", absent)}; every special token of {ModelDescription.FileName} was expected, one token a line");

        var options = new BertOptions
        {
            LowerCaseBeforeTokenization = model.LowerCase,
            // Done by AccentFolding: the tokenizer's own way needs culture data.
            RemoveNonSpacingMarks = false,
            // A text that says "[SEP]" means those letters.
            SplitOnSpecialTokens = false,
            PaddingToken = model.SpecialTokens.Pad,
            UnknownToken = model.SpecialTokens.Unknown,
            ClassificationToken = model.SpecialTokens.Start,
            SeparatorToken = model.SpecialTokens.End,
        };
        if (model.PreTokenizer is { } pattern)
            options.PreTokenizer = new RegexPreTokenizer(Compile(pattern, descriptionFile), new Dictionary<string, int>());
        try
        {
            return new(BertTokenizer.Create(file, options), model.StripAccents ?? model.LowerCase, model.MaxTokens) { LargestId = tokens.Length - 1 };
        }
        catch (ArgumentException problem)
        {
            throw new ModelFolderException(file, $"is not a WordPiece vocabulary: {problem.Message}", problem);
        }
    }

    /// <summary>The ids with start and end, cut to the model's longest sequence; two or fewer mean that there is no text.</summary>
    public IReadOnlyList<int> Of(string text) =>
        _tokenizer.EncodeToIds(AccentFolding.Clean(text, _stripAccents), MaxTokens, out _, out _);

    private static Regex Compile(string pattern, string descriptionFile)
    {
        try
        {
            return new(pattern, RegexOptions.Compiled | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException problem)
        {
            throw new ModelFolderException(descriptionFile, $"\"preTokenizer\" is not a regular expression: {problem.Message}", problem);
        }
    }
}
