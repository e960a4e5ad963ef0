using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sentiment.Functions.Shape.Tests;

/// <summary>A method that Functions calls.</summary>
internal sealed record FunctionMethod(string Name, string Trigger, MethodDeclarationSyntax Syntax, string File);

/// <summary>The sources of the Functions host, read as text: nothing of it need be restored or built.</summary>
internal static class FunctionSources
{
    private const string Triggers = "Trigger";

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = typeof(FunctionSources).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Root").Value!;

    /// <summary>Every method of a folder's sources, with its file.</summary>
    public static IReadOnlyList<(string File, MethodDeclarationSyntax Method)> Methods(string folder) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")).Order(StringComparer.Ordinal)
            .SelectMany(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot().DescendantNodes()
                .OfType<MethodDeclarationSyntax>().Select(method => (Path.GetRelativePath(Root, file), method))),
    ];

    /// <summary>Every function.</summary>
    public static IReadOnlyList<FunctionMethod> Functions { get; } =
    [
        .. from entry in Methods("src/Functions")
           let function = Attribute(entry.Method.AttributeLists, "Function")
           where function is not null
           select new FunctionMethod(NameOf(function), TriggerOf(entry.Method), entry.Method, entry.File),
    ];

    private static AttributeSyntax? Attribute(SyntaxList<AttributeListSyntax> lists, string name) =>
        lists.SelectMany(l => l.Attributes).SingleOrDefault(a => a.Name.ToString() == name);

    private static string NameOf(AttributeSyntax function) => function.ArgumentList!.Arguments[0].Expression switch
    {
        LiteralExpressionSyntax literal => literal.Token.ValueText,
        InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "nameof" } } name => name.ArgumentList.Arguments[0].ToString().Split('.')[^1],
        var other => throw new NotSupportedException($"A function's name is a literal or a nameof, not {other}."),
    };

    private static string TriggerOf(MethodDeclarationSyntax method) => method.ParameterList.Parameters
        .SelectMany(p => p.AttributeLists.SelectMany(l => l.Attributes)).Select(a => a.Name.ToString())
        .Single(name => name.EndsWith(Triggers, StringComparison.Ordinal))[..^Triggers.Length];
}
