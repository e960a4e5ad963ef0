using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sentiment.Functions.Shape.Tests;

/// <summary>What the code of an orchestration must not do, told from its text alone.</summary>
internal static class DeterminismRules
{
    private static readonly string[] Forbidden =
        ["DateTime.Now", "DateTime.UtcNow", "DateTimeOffset.Now", "DateTimeOffset.UtcNow", "Guid.NewGuid", "Random.Shared", "Task.Run", "Task.Delay", "Environment.GetEnvironmentVariable"];

    /// <summary>Each problem of a method whose contexts have these names.</summary>
    public static IEnumerable<string> Problems(MethodDeclarationSyntax method, IReadOnlyList<string> contexts)
    {
        var name = method.Identifier.Text;
        var known = FromContext(method, contexts);
        foreach (var awaited in method.DescendantNodes().OfType<AwaitExpressionSyntax>().Where(a => !Mentions(a.Expression, known)))
        {
            yield return $"awaits {awaited.Expression} of {name}";
        }

        foreach (var call in method.DescendantNodes().OfType<InvocationExpressionSyntax>())
        {
            if (call.Expression is MemberAccessExpressionSyntax { Name.Identifier.Text: "ConfigureAwait" })
            {
                yield return $"leaves the orchestration's thread: ConfigureAwait{call.ArgumentList} of {name}";
            }
        }

        foreach (var member in method.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Where(m => Forbidden.Contains(m.ToString())))
        {
            yield return $"is not deterministic: {member} of {name}";
        }

        if (method.ExpressionBody?.Expression is { } returned && !method.Modifiers.Any(m => m.Text == "async")
            && method.ReturnType.ToString().StartsWith("Task", StringComparison.Ordinal) && !Mentions(returned, known))
        {
            yield return $"returns {returned} of {name}";
        }
    }

    /// <summary>The contexts, and every local that is made of them; a task of a local function counts as the context's if that mentions it.</summary>
    private static HashSet<string> FromContext(MethodDeclarationSyntax method, IReadOnlyList<string> contexts)
    {
        var known = contexts.ToHashSet(StringComparer.Ordinal);
        int before;
        do
        {
            before = known.Count;
            known.UnionWith(method.DescendantNodes().OfType<VariableDeclaratorSyntax>()
                .Where(v => v.Initializer is { } made && Mentions(made.Value, known)).Select(v => v.Identifier.Text));
            known.UnionWith(method.DescendantNodes().OfType<LocalFunctionStatementSyntax>()
                .Where(f => Mentions(f, known)).Select(f => f.Identifier.Text));
        }
        while (known.Count > before);
        return known;
    }

    private static bool Mentions(SyntaxNode node, HashSet<string> names) =>
        node.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>().Any(i => names.Contains(i.Identifier.Text));
}
