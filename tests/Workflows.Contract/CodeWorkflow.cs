using System.Collections.Concurrent;
using Sentiment.Domain.Workflows;

namespace Sentiment.Workflows.Contract;

/// <summary>Which code a <see cref="CodeWorkflow"/> runs, and with what.</summary>
public sealed record CodeInput(string Key, string? Value);

/// <summary>Runs code that a test has defined, so that a test reads from top to bottom.</summary>
public sealed class CodeWorkflow : Workflow<CodeInput, string?>
{
    public static ConcurrentDictionary<string, Func<IWorkflowContext, string?, Task<string?>>> Code { get; } = new();

    public override Task<string?> RunAsync(IWorkflowContext context, CodeInput input) => Code[input.Key](context, input.Value);
}
