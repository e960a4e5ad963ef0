using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sentiment.Infra.Tests.Support;

/// <summary>A setting that the code reads; <paramref name="Needed"/>: its options give it no value of their own.</summary>
internal sealed record SettingInCode(string Key, bool Needed, string File);

/// <summary>
/// The settings that the rooms of the Azure host read, found in their source: properties of options that name their
/// section, <c>configuration["A:B"]</c> and <c>section["B"]</c>, environment variables, and <c>%A:B%</c> in bindings.
/// </summary>
internal sealed class SettingsInCode
{
    private static readonly string[] Rooms = ["Domain", "Adapters", "Api", "Functions"];

    private readonly Dictionary<string, string> _constants = [];

    private SettingsInCode(IReadOnlyCollection<(string File, SyntaxNode Root)> trees)
    {
        foreach (var constant in trees.SelectMany(tree => tree.Root.DescendantNodes().OfType<VariableDeclaratorSyntax>()).Where(IsConstant))
        {
            if (Value(constant.Initializer!.Value) is { } value)
            {
                _constants[$"{TypeOf(constant)}.{constant.Identifier.Text}"] = value;
            }
        }

        All = [.. trees.SelectMany(tree => Options(tree.Root).Concat(Reads(tree.Root)).Concat(Bindings(tree.Root))
                .Select(found => new SettingInCode(found.Key, found.Needed, tree.File)))
            .GroupBy(setting => setting.Key, StringComparer.OrdinalIgnoreCase)
            .Select(group => group.First() with { Needed = group.All(setting => setting.Needed) })
            .OrderBy(setting => setting.Key, StringComparer.Ordinal)];
    }

    public IReadOnlyList<SettingInCode> All { get; }

    public static SettingsInCode Read() => new([.. Rooms.Select(room => Repository.PathOf("src", room)).Where(Directory.Exists)
        .SelectMany(folder => Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories))
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Contains("obj"))
        .Select(file => (Path.GetFileName(file), Parse(File.ReadAllText(file))))]);

    /// <summary>The same from the text of files, to test the finding itself.</summary>
    public static SettingsInCode In(params string[] sources) => new([.. sources.Select(source => ("source", Parse(source)))]);

    private static SyntaxNode Parse(string source) =>
        CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(preprocessorSymbols: ["WEB_PUBSUB"])).GetRoot();

    private IEnumerable<(string Key, bool Needed)> Options(SyntaxNode root) =>
        from type in root.DescendantNodes().OfType<TypeDeclarationSyntax>()
        let section = _constants.GetValueOrDefault($"{type.Identifier.Text}.Section")
        where section is not null
        from property in type.Members.OfType<PropertyDeclarationSyntax>()
        where property.Modifiers.Any(SyntaxKind.PublicKeyword) && !property.Modifiers.Any(SyntaxKind.StaticKeyword)
        where property.AccessorList?.Accessors.Any(accessor => accessor.Kind() is SyntaxKind.SetAccessorDeclaration or SyntaxKind.InitAccessorDeclaration) == true
        where !IsCode(property.Type)
        select ($"{section}:{property.Identifier.Text}", property.Initializer is null && !HasDefault(property.Type));

    private IEnumerable<(string Key, bool Needed)> Reads(SyntaxNode root)
    {
        foreach (var read in root.DescendantNodes().Where(node => node is ElementAccessExpressionSyntax or InvocationExpressionSyntax))
        {
            var key = read switch
            {
                ElementAccessExpressionSyntax access when access.ArgumentList.Arguments.Count == 1 && Value(access.ArgumentList.Arguments[0].Expression) is { } name =>
                    Section(access.Expression) is { } section ? $"{section}{name}" : null,
                InvocationExpressionSyntax call when call.Expression.ToString().EndsWith("GetEnvironmentVariable", StringComparison.Ordinal) =>
                    Value(call.ArgumentList.Arguments[0].Expression),
                _ => null,
            };
            if (key is not null)
            {
                yield return (key.Replace("__", ":", StringComparison.Ordinal), true);
            }
        }
    }

    private static IEnumerable<(string Key, bool Needed)> Bindings(SyntaxNode root) =>
        from argument in root.DescendantNodes().OfType<AttributeArgumentSyntax>()
        let text = (argument.Expression as LiteralExpressionSyntax)?.Token.ValueText
        where text is ['%', _, .., '%']
        select (text.Trim('%'), true);

    /// <summary>The prefix of what is read from an expression: empty at the root, null if it is no configuration or not known before it runs.</summary>
    private string? Section(ExpressionSyntax from)
    {
        var name = from is MemberAccessExpressionSyntax member ? member.Name.Identifier.Text : (from as IdentifierNameSyntax)?.Identifier.Text;
        if (name?.TrimStart('_').Equals("configuration", StringComparison.OrdinalIgnoreCase) == true)
        {
            return "";
        }

        var assigned = from.FirstAncestorOrSelf<BaseMethodDeclarationSyntax>()?.DescendantNodes().OfType<VariableDeclaratorSyntax>()
            .FirstOrDefault(variable => variable.Identifier.Text == name)?.Initializer?.Value;
        return (assigned ?? from) is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "GetSection" } parent } call
            && Value(call.ArgumentList.Arguments[0].Expression) is { } section && Section(parent.Expression) is { } before ? $"{before}{section}:" : null;
    }

    private string? Value(ExpressionSyntax expression) => expression switch
    {
        LiteralExpressionSyntax literal when literal.IsKind(SyntaxKind.StringLiteralExpression) => literal.Token.ValueText,
        IdentifierNameSyntax name => _constants.GetValueOrDefault($"{TypeOf(name)}.{name.Identifier.Text}"),
        MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax type } member => _constants.GetValueOrDefault($"{type.Identifier.Text}.{member.Name.Identifier.Text}"),
        InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "nameof" } } call =>
            call.ArgumentList.Arguments[0].Expression.ToString().Split('.')[^1],
        InterpolatedStringExpressionSyntax text => text.Contents.Aggregate<InterpolatedStringContentSyntax, string?>("", (value, part) =>
            (part is InterpolationSyntax hole ? Value(hole.Expression) : part.ToString()) is { } known && value is not null ? value + known : null),
        _ => null,
    };

    private static bool IsConstant(VariableDeclaratorSyntax variable) => variable is { Initializer: not null, Parent.Parent: FieldDeclarationSyntax field }
        && field.Modifiers.Any(SyntaxKind.ConstKeyword);

    // A value type starts at its own zero; text, an address or anything nullable starts at nothing.
    private static bool HasDefault(TypeSyntax type) => type is PredefinedTypeSyntax predefined && !predefined.Keyword.IsKind(SyntaxKind.StringKeyword);

    private static bool IsCode(TypeSyntax type) => type.DescendantNodesAndSelf().OfType<GenericNameSyntax>().Any(name => name.Identifier.Text is "Action" or "Func");

    private static string? TypeOf(SyntaxNode node) => node.FirstAncestorOrSelf<TypeDeclarationSyntax>()?.Identifier.Text;
}
