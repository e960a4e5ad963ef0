using Microsoft.ML.OnnxRuntime;

namespace Sentiment.Adapters.Onnx;

/// <summary>
/// The memory that one text at a time runs in. The tensors of each length are made once and used again,
/// so that a run allocates nothing of its own.
/// </summary>
internal sealed class Lane(int maxTokens, int inputs) : IDisposable
{
    private readonly long[] _ids = new long[maxTokens];
    private readonly long[] _ones = Enumerable.Repeat(1L, maxTokens).ToArray();
    private readonly long[] _zeros = new long[maxTokens];
    private readonly float[] _logits = new float[3];
    private readonly OrtValue[]?[] _byLength = new OrtValue[maxTokens + 1][];
    private OrtValue[]? _output;

    /// <summary>The logits of a text, in the order of the graph's output; valid until the next run.</summary>
    public ReadOnlySpan<float> Run(ModelGraph graph, IReadOnlyList<int> ids)
    {
        for (var i = 0; i < ids.Count; i++)
            _ids[i] = ids[i];
        graph.Run(Tensors(ids.Count), _output ??= [OrtValue.CreateTensorValueFromMemory(_logits, [1, 3])]);
        return _logits;
    }

    /// <summary>Inputs of the fewest tokens, each of which is the id.</summary>
    public OrtValue[] ProbeInputs(int id)
    {
        var length = Math.Min(3, maxTokens);
        Array.Fill(_ids, id, 0, length);
        return Tensors(length);
    }

    public void Dispose()
    {
        foreach (var tensors in _byLength.Append(_output))
        {
            foreach (var tensor in tensors ?? [])
                tensor.Dispose();
        }
    }

    private OrtValue[] Tensors(int length)
    {
        if (_byLength[length] is { } known)
            return known;
        long[][] sources = [_ids, _ones, _zeros];
        return _byLength[length] = sources.Take(inputs)
            .Select(source => OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, source.AsMemory(0, length), [1, length]))
            .ToArray();
    }
}
