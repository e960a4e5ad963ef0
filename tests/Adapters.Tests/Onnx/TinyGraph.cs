using System.Text;

namespace Sentiment.Adapters.Tests.Onnx;

/// <summary>
/// An ONNX graph written byte by byte: the mask as numbers, summed over the sequence, times one weight for each class.
/// </summary>
internal sealed record TinyGraph
{
    private const int Float = 1;
    private const int Int64 = 7;

    public string[] Inputs { get; init; } = ["input_ids", "attention_mask"];

    /// <summary>The element type of the inputs; int64 is 7, int32 is 6.</summary>
    public int InputType { get; init; } = Int64;

    public int InputDimensions { get; init; } = 2;

    public string Output { get; init; } = "logits";

    public int Classes { get; init; } = 3;

    public float Weight { get; init; } = 1;

    /// <summary>Whether the output is the sum itself, cast to int64.</summary>
    public bool IntegerOutput { get; init; }

    public byte[] ToBytes()
    {
        var floats = IntegerOutput ? "floats" : Output;
        byte[][] nodes =
        [
            Node("Cast", ["attention_mask"], "mask", Attribute("to", Float)),
            Node("ReduceSum", ["mask", "axes"], "sum", Attribute("keepdims", 1)),
            Node("MatMul", ["sum", "weights"], floats),
            .. IntegerOutput ? new[] { Node("Cast", [floats], Output, Attribute("to", Int64)) } : [],
        ];
        byte[] graph =
        [
            .. nodes.SelectMany(node => Field(1, node)),
            .. Field(2, "tiny"),
            .. Field(5, Tensor("axes", Int64, [1], BitConverter.GetBytes(1L))),
            .. Field(5, Tensor("weights", Float, [1, Classes], [.. Enumerable.Repeat(Weight, Classes).SelectMany(BitConverter.GetBytes)])),
            .. Inputs.SelectMany(name => Field(11, Value(name, InputType, InputDimensions))),
            .. Field(12, Value(Output, IntegerOutput ? Int64 : Float, 2)),
        ];
        return [.. Field(1, 8), .. Field(7, graph), .. Field(8, Field(2, 14))];
    }

    private static byte[] Node(string type, string[] inputs, string output, params byte[] attributes) =>
        [.. inputs.SelectMany(name => Field(1, name)), .. Field(2, output), .. Field(4, type), .. attributes];

    private static byte[] Attribute(string name, long value) => Field(5, [.. Field(1, name), .. Field(3, value), .. Field(20, 2)]);

    private static byte[] Tensor(string name, int type, long[] shape, byte[] raw) =>
        [.. shape.SelectMany(size => Field(1, size)), .. Field(2, type), .. Field(8, name), .. Field(9, raw)];

    private static byte[] Value(string name, int type, int dimensions)
    {
        byte[] shape = [.. Enumerable.Range(0, dimensions).SelectMany(d => Field(1, Field(2, $"d{d}")))];
        return [.. Field(1, name), .. Field(2, Field(1, [.. Field(1, type), .. Field(2, shape)]))];
    }

    private static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] content) => [.. Varint(((long)number << 3) | 2), .. Varint(content.Length), .. content];

    private static byte[] Field(int number, long value) => [.. Varint((long)number << 3), .. Varint(value)];

    private static IEnumerable<byte> Varint(long value)
    {
        for (; value > 127; value >>= 7)
        {
            yield return (byte)(value | 128);
        }

        yield return (byte)value;
    }
}
