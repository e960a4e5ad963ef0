using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Sentiment.Domain.Workflows;

/// <summary>Runs one workflow whose input and result are JSON.</summary>
public delegate Task<string?> WorkflowInvoker(IWorkflowContext context, string? input);

/// <summary>Runs one activity whose input and result are JSON; the provider is a scope of the call's own.</summary>
public delegate Task<string?> ActivityInvoker(
    IServiceProvider services, ActivityContext context, string? input, CancellationToken cancellationToken);

/// <summary>The workflows and activities an engine may run, by name; names ignore case and default to the type's.</summary>
public sealed class WorkflowRegistry
{
    private readonly Dictionary<string, (string Name, WorkflowInvoker Run)> _workflows = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (string Name, ActivityInvoker Run)> _activities = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The registered workflow names.</summary>
    public IEnumerable<string> Workflows => _workflows.Values.Select(w => w.Name);

    /// <summary>The registered activity names.</summary>
    public IEnumerable<string> Activities => _activities.Values.Select(a => a.Name);

    /// <summary>How inputs, results and events are written.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web);

    /// <summary>Adds a workflow; it has no services, for its code must be deterministic.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public WorkflowRegistry AddWorkflow<TWorkflow, TInput, TOutput>(string? name = null)
        where TWorkflow : Workflow<TInput, TOutput>, new()
    {
        name ??= typeof(TWorkflow).Name;
        _workflows.Add(name, (name, async (context, input) =>
            JsonSerializer.Serialize(await new TWorkflow().RunAsync(context, WorkflowJson.Read<TInput>(input)), Json)));
        return this;
    }

    /// <summary>Adds an activity, made anew from the services for each call.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public WorkflowRegistry AddActivity<TActivity, TInput, TOutput>(string? name = null)
        where TActivity : Activity<TInput, TOutput>
    {
        name ??= typeof(TActivity).Name;
        var create = ActivatorUtilities.CreateFactory<TActivity>([]);
        _activities.Add(name, (name, async (services, context, input, cancellationToken) =>
            JsonSerializer.Serialize(
                await create(services, null).RunAsync(context, WorkflowJson.Read<TInput>(input), cancellationToken).ConfigureAwait(false), Json)));
        return this;
    }

    /// <summary>Finds a workflow, with its name as registered.</summary>
    public bool TryGetWorkflow(string name, out string registeredName, out WorkflowInvoker invoker)
    {
        var found = _workflows.TryGetValue(name, out var entry);
        (registeredName, invoker) = found ? entry : ("", null!);
        return found;
    }

    /// <summary>Finds an activity, with its name as registered.</summary>
    public bool TryGetActivity(string name, out string registeredName, out ActivityInvoker invoker)
    {
        var found = _activities.TryGetValue(name, out var entry);
        (registeredName, invoker) = found ? entry : ("", null!);
        return found;
    }
}
