using System.Text.Json;

namespace Sentiment.Adapters.Onnx;

/// <summary>What <c>model.json</c> says of a model: the bridge between a text and its graph.</summary>
internal sealed record ModelDescription
{
    public const string FileName = "model.json";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    private static readonly string[] Three = ["negative", "neutral", "positive"];

    /// <summary>The model's name, before the @ of what items remember.</summary>
    public string? Name { get; init; }

    /// <summary>The classes in the order of the output.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>The names of the graph's inputs.</summary>
    public GraphInputs Inputs { get; init; } = new();

    /// <summary>The name of the graph's output.</summary>
    public string Output { get; init; } = "logits";

    /// <summary>The longest sequence, start and end tokens included.</summary>
    public int MaxTokens { get; init; }

    /// <summary>Whether the vocabulary is lower case.</summary>
    public bool LowerCase { get; init; } = true;

    /// <summary>Whether the vocabulary has no accents; as with BERT it follows <see cref="LowerCase"/> if absent.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>The vocabulary's special tokens.</summary>
    public SpecialTokenNames SpecialTokens { get; init; } = new();

    /// <summary>A regular expression whose matches are words; BERT's own rule if absent.</summary>
    public string? PreTokenizer { get; init; }

    /// <summary>Where negative, neutral and positive are in the output.</summary>
    public (int Negative, int Neutral, int Positive) LabelPlaces()
    {
        int At(string label)
        {
            for (var i = 0; i < Labels!.Count; i++)
            {
                if (string.Equals(Labels[i], label, StringComparison.OrdinalIgnoreCase))
                    return i;
            }

            return -1;
        }

        return (At(Three[0]), At(Three[1]), At(Three[2]));
    }

    public static ModelDescription Load(string file)
    {
        ModelDescription? description;
        try
        {
            description = JsonSerializer.Deserialize<ModelDescription>(File.ReadAllBytes(file), Json);
        }
        catch (JsonException problem)
        {
            throw new ModelFolderException(file, $"not the JSON that was expected: {problem.Message}", problem);
        }

        return description?.Checked(file) ?? throw new ModelFolderException(file, "is null; an object was expected");
    }

    private ModelDescription Checked(string file)
    {
        void Refuse(string problem) => throw new ModelFolderException(file, problem);

        if (string.IsNullOrWhiteSpace(Name) || Name.Contains('@', StringComparison.Ordinal))
            Refuse("\"name\" is missing or contains @; a short name such as \"compact-1\" was expected");
        if (Labels is null || Labels.Count != 3 || LabelPlaces() is { Negative: < 0 } or { Neutral: < 0 } or { Positive: < 0 })
            Refuse($"\"labels\" is [{string.Join(", ", Labels ?? [])}]; the three negative, neutral and positive were expected, in the order of the output");
        if (MaxTokens is < 3 or > 8192)
            Refuse($"\"maxTokens\" is {MaxTokens}; 3 to 8192 was expected");
        if (Inputs is not { Ids.Length: > 0, Mask.Length: > 0 } || Inputs.Types is "")
            Refuse("\"inputs\" has no \"ids\" or \"mask\"; the names of the graph's inputs were expected");
        if (string.IsNullOrEmpty(Output))
            Refuse("\"output\" is empty; the name of the graph's output was expected");
        if (SpecialTokens is not { Pad.Length: > 0, Unknown.Length: > 0, Start.Length: > 0, End.Length: > 0 })
            Refuse("\"specialTokens\" has an empty name; pad, unknown, start and end were expected");
        return this;
    }
}

/// <summary>The names of a graph's inputs.</summary>
internal sealed record GraphInputs
{
    public string Ids { get; init; } = "input_ids";

    public string Mask { get; init; } = "attention_mask";

    /// <summary>Token types, always 0; if null, a graph may still have one by the usual name.</summary>
    public string? Types { get; init; }
}

/// <summary>The names of special tokens.</summary>
internal sealed record SpecialTokenNames
{
    public string Pad { get; init; } = "[PAD]";

    public string Unknown { get; init; } = "[UNK]";

    public string Start { get; init; } = "[CLS]";

    public string End { get; init; } = "[SEP]";
}
