using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sentiment.Domain.Alerts.Delivery;
using Sentiment.Domain.Ingestion;
using Sentiment.Domain.Retention;
using Sentiment.Domain.Tenants;
using Sentiment.Domain.Workflows;

namespace Sentiment.Functions.Shape.Tests;

public class FunctionShapeTests
{
    private static readonly WorkflowRegistry Registry = new WorkflowRegistry().AddIngestion().AddRetention().AddTenantDeletion().AddAlertDelivery();

    private static IEnumerable<string> Named(string trigger) => FunctionSources.Functions.Where(f => f.Trigger == trigger).Select(f => f.Name);

    [Fact]
    public void Every_workflow_has_exactly_one_orchestrator_function_of_its_name() => Assert.Equal(
        Registry.Workflows.Order(StringComparer.Ordinal), Named("Orchestration").Order(StringComparer.Ordinal));

    [Fact]
    public void Every_activity_has_exactly_one_activity_function_of_its_name() => Assert.Equal(
        Registry.Activities.Order(StringComparer.Ordinal), Named("Activity").Order(StringComparer.Ordinal));

    [Fact]
    public void There_is_one_http_function_and_no_two_functions_share_a_name()
    {
        Assert.Equal("Api", Assert.Single(Named("Http")));
        Assert.Equal(FunctionSources.Functions.Count, FunctionSources.Functions.DistinctBy(f => f.Name, StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void The_http_function_takes_every_method_so_that_the_API_itself_refuses_those_that_it_does_not_know() => Assert.DoesNotContain(
        FunctionSources.Functions.Single(f => f.Trigger == "Http").Syntax.DescendantNodes().OfType<AttributeSyntax>()
            .Single(a => a.Name.ToString() == "HttpTrigger").ArgumentList!.Arguments,
        argument => argument.NameEquals is null && argument.Expression is LiteralExpressionSyntax);

    /// <summary>
    /// What an orchestrator awaits, or returns unawaited, must come from its context, else a replay would hang or differ.
    /// Methods that are handed the context are held to it, too.
    /// </summary>
    [Fact]
    public void No_orchestrator_awaits_anything_but_its_context()
    {
        var orchestrating = FunctionSources.Methods("src/Functions").Where(m => ContextsOf(m.Method).Count > 0).ToList();
        Assert.Superset(Named("Orchestration").ToHashSet(), orchestrating.Select(m => m.Method.Identifier.Text).ToHashSet());
        Assert.Empty(orchestrating.SelectMany(m => DeterminismRules.Problems(m.Method, ContextsOf(m.Method)).Select(problem => $"{m.File}: {problem}")));
    }

    [Fact]
    public void No_workflow_of_the_domain_awaits_anything_but_its_context() => Assert.Empty(
        from entry in FunctionSources.Methods("src/Domain")
        where entry.Method.Parent is ClassDeclarationSyntax { BaseList: { } bases } && bases.Types.Any(t => t.ToString().StartsWith("Workflow<", StringComparison.Ordinal))
        let contexts = Parameters(entry.Method, "IWorkflowContext")
        from problem in DeterminismRules.Problems(entry.Method, contexts)
        select $"{entry.File}: {problem}");

    [Theory]
    [InlineData("await Task.Delay(1);", "awaits Task.Delay(1)")]
    [InlineData("await http.GetAsync(url);", "awaits http.GetAsync(url)")]
    [InlineData("await context.CallActivityAsync(name).ConfigureAwait(false);", "leaves the orchestration's thread: ConfigureAwait(false)")]
    [InlineData("await context.CallActivityAsync(DateTime.UtcNow);", "is not deterministic: DateTime.UtcNow")]
    public void The_rules_name_what_is_wrong(string code, string problem) => Assert.Contains(problem, DeterminismRules.Problems(Method(code), ["context"]).Select(p => p.Split(" of ")[0]));

    [Theory]
    [InlineData("await context.CallActivityAsync(name);")]
    [InlineData("var adapter = new Adapter(context); await run(adapter, input);")]
    [InlineData("var tasks = inputs.Select(i => context.CallAsync(i)); await Task.WhenAll(tasks);")]
    public void The_rules_let_through_what_comes_from_the_context(string code) => Assert.Empty(DeterminismRules.Problems(Method(code), ["context"]));

    private static List<string> ContextsOf(MethodDeclarationSyntax method) => Parameters(method, "TaskOrchestrationContext");

    private static List<string> Parameters(MethodDeclarationSyntax method, string type) =>
        [.. method.ParameterList.Parameters.Where(p => p.Type?.ToString() == type).Select(p => p.Identifier.Text)];

    private static MethodDeclarationSyntax Method(string code) => (MethodDeclarationSyntax)Microsoft.CodeAnalysis.CSharp.SyntaxFactory
        .ParseMemberDeclaration($"async Task RunAsync(TaskOrchestrationContext context) {{ {code} }}")!;
}
