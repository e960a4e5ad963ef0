using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Sentiment.Adapters.Onnx;

/// <summary>A loaded graph of known inputs and output. One session serves every thread; each call uses one core.</summary>
internal sealed class ModelGraph : IDisposable
{
    public const string FileName = "model.onnx";

    private const string UsualTypes = "token_type_ids";

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    private ModelGraph(InferenceSession session, string[] inputs, string[] outputs)
    {
        _session = session;
        Inputs = inputs;
        Outputs = outputs;
    }

    /// <summary>Ids, mask and, if the graph has them, token types.</summary>
    public string[] Inputs { get; }

    public string[] Outputs { get; }

    public static ModelGraph Load(string file, byte[] bytes, ModelDescription model)
    {
        using var options = new SessionOptions
        {
            // Texts run side by side instead: that scales better than splitting one, and keeps sums in one order.
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        InferenceSession session;
        try
        {
            session = new(bytes, options);
        }
        catch (OnnxRuntimeException problem)
        {
            throw new ModelFolderException(file, $"is not an ONNX model that can be loaded: {problem.Message}", problem);
        }

        try
        {
            return new(session, CheckedInputs(file, session, model), CheckedOutputs(file, session, model));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public void Run(OrtValue[] inputs, OrtValue[] outputs) => _session.Run(_run, Inputs, inputs, Outputs, outputs);

    /// <summary>
    /// Runs one short text of the vocabulary's last word and lets the graph make its output: then its shape is known for
    /// certain, and that it knows every word.
    /// </summary>
    public void Probe(string file, Lane lane, int largestId)
    {
        try
        {
            using var results = _session.Run(_run, Inputs, lane.ProbeInputs(largestId), Outputs);
            var shape = results[0].GetTensorTypeAndShape().Shape;
            if (shape is not [1, 3])
                throw new ModelFolderException(file, $"output \"{Outputs[0]}\" has the shape [{string.Join(", ", shape)}] for one text; [1, 3] was expected, one value a label");
            if (results[0].GetTensorDataAsSpan<float>().ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
                throw new ModelFolderException(file, $"output \"{Outputs[0]}\" is not a number for a plain text; finite logits were expected");
        }
        catch (OnnxRuntimeException problem)
        {
            throw new ModelFolderException(file, $"cannot run a short text of the last word in {TextTokens.FileName} (id {largestId}); a graph and a vocabulary made for each other were expected: {problem.Message}", problem);
        }
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private static string[] CheckedInputs(string file, InferenceSession session, ModelDescription model)
    {
        var types = model.Inputs.Types ?? (session.InputMetadata.ContainsKey(UsualTypes) ? UsualTypes : null);
        string[] expected = types is null ? [model.Inputs.Ids, model.Inputs.Mask] : [model.Inputs.Ids, model.Inputs.Mask, types];
        var wrong = expected.Except(session.InputMetadata.Keys).Select(name => $"lacks \"{name}\"")
            .Concat(session.InputMetadata.Keys.Except(expected).Select(name => $"has the unknown \"{name}\""))
            .Concat(session.InputMetadata.Where(input => input.Value is not { IsTensor: true, ElementDataType: TensorElementType.Int64, Dimensions.Length: 2 })
                .Select(input => $"\"{input.Key}\" is {Describe(input.Value)}"))
            .ToArray();
        return wrong.Length == 0
            ? expected
            : throw new ModelFolderException(file, $"inputs: {string.Join("; ", wrong)}; expected {string.Join(", ", expected)}, each int64 [batch, sequence]");
    }

    private static string[] CheckedOutputs(string file, InferenceSession session, ModelDescription model)
    {
        if (!session.OutputMetadata.TryGetValue(model.Output, out var output))
            throw new ModelFolderException(file, $"outputs: lacks \"{model.Output}\", has {string.Join(", ", session.OutputMetadata.Keys)}; the name in {ModelDescription.FileName} was expected");
        if (output is not { IsTensor: true, ElementDataType: TensorElementType.Float })
            throw new ModelFolderException(file, $"output \"{model.Output}\" is {Describe(output)}; float [batch, 3] was expected");
        return [model.Output];
    }

    private static string Describe(NodeMetadata node) =>
        node.IsTensor ? $"{node.ElementDataType} [{string.Join(", ", node.Dimensions)}]" : $"a {node.OnnxValueType}";
}
