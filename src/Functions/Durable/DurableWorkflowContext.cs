using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Sentiment.Domain.Workflows;
using TaskFailedException = Sentiment.Domain.Workflows.TaskFailedException;

namespace Sentiment.Functions.Durable;

/// <summary>A workflow's context over an orchestration of Durable Task.</summary>
/// <remarks>
/// Everything is awaited without ConfigureAwait(false): an orchestration is replayed on one thread. Payloads are JSON
/// elements, which any converter writes as they are. A continue-as-new is passed on only when the workflow has returned.
/// </remarks>
internal sealed class DurableWorkflowContext(TaskOrchestrationContext inner, WorkflowRegistry registry) : IWorkflowContext
{
    private readonly Dictionary<string, Task> _waits = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (string Name, Task<JsonElement?> Run)> _children = new(StringComparer.Ordinal);
    private readonly List<(string Description, Task Call)> _calls = [];
    private (string? Input, bool KeepEvents)? _next;

    /// <inheritdoc/>
    public string InstanceId => inner.InstanceId;

    /// <inheritdoc/>
    public DateTimeOffset UtcNow => new(DateTime.SpecifyKind(inner.CurrentUtcDateTime, DateTimeKind.Utc));

    /// <inheritdoc/>
    public bool IsReplaying => inner.IsReplaying;

    /// <inheritdoc/>
    public async Task<TResult> CallActivityAsync<TResult>(string name, object? input, CallOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        options ??= new();
        var json = Element(WorkflowJson.Write(input));
        if (!registry.TryGetActivity(name, out var registered, out _))
        {
            throw Unregistered("activity", name);
        }

        return await Attempts.RunAsync(this, options.Retry, async attempt =>
        {
            var call = Element(WorkflowJson.Write(new ActivityCall(InstanceId, attempt, options.Timeout.TotalSeconds, json)));
            return Read<TResult>(await AnswerAsync(registered, Follow($"activity '{registered}'", inner.CallActivityAsync<JsonElement?>(registered, call))));
        });
    }

    /// <inheritdoc/>
    public async Task<TResult> CallWorkflowAsync<TResult>(string name, object? input, CallOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (options?.InstanceId is { } given)
        {
            InstanceIds.ValidateChild(InstanceId, given);
        }

        var json = Element(WorkflowJson.Write(input));
        if (!registry.TryGetWorkflow(name, out var registered, out _))
        {
            throw Unregistered("workflow", name);
        }

        return await Attempts.RunAsync(this, options?.Retry, async attempt => Read<TResult>(await AnswerAsync(registered, Child(registered, json,
            options?.InstanceId is { } id ? InstanceIds.Attempt(id, attempt) : InstanceIds.Child(InstanceId, $"{NewGuid():N}")))));
    }

    /// <inheritdoc/>
    public Task CreateTimerAsync(DateTimeOffset fireAt, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled(cancellationToken);
        }

        return fireAt <= UtcNow ? Task.CompletedTask
            : Follow($"timer for {fireAt.UtcDateTime:O}", inner.CreateTimer(fireAt.UtcDateTime, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<T> WaitForEventAsync<T>(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (_waits.TryGetValue(name, out var pending) && !pending.IsCompleted)
        {
            throw new InvalidOperationException($"The workflow already waits for the event '{name}'; one wait per name.");
        }

        // Durable Task would give such a wait an event that came early.
        cancellationToken.ThrowIfCancellationRequested();
        var wait = inner.WaitForExternalEvent<JsonElement?>(name, cancellationToken);
        _waits[name] = Follow($"event '{name}'", wait);
        return Read<T>(await wait);
    }

    /// <inheritdoc/>
    public void SetCustomStatus(object? status) => inner.SetCustomStatus(Element(WorkflowJson.WriteStatus(status)));

    /// <inheritdoc/>
    public void ContinueAsNew(object? input, bool preserveUnprocessedEvents = true) => _next = (WorkflowJson.Write(input), preserveUnprocessedEvents);

    /// <inheritdoc/>
    public Guid NewGuid() => inner.NewGuid();

    /// <inheritdoc/>
    public ILogger CreateReplaySafeLogger(string category) => inner.CreateReplaySafeLogger(category);

    /// <summary>The workflow has returned: begins the next generation if it asked for one.</summary>
    /// <returns>Whether it did; then its result is ignored.</returns>
    /// <exception cref="WorkflowFailureException">It asked for one while it still waits.</exception>
    public bool Conclude()
    {
        if (_next is not { } next)
        {
            return false;
        }

        var pending = _calls.Where(c => !c.Call.IsCompleted).Select(c => c.Description).Take(5).ToList();
        if (pending.Count > 0)
        {
            throw new WorkflowFailureException(new(
                nameof(InvalidOperationException),
                $"The workflow continued as new while it still waits; await or cancel first: {string.Join(", ", pending)}.", true));
        }

        inner.ContinueAsNew(Element(next.Input), next.KeepEvents);
        return true;
    }

    /// <summary>The JSON as Durable Task's converters take it.</summary>
    public static JsonElement? Element(string? json) => json is null ? null : JsonSerializer.Deserialize<JsonElement>(json);

    // Durable Task would start an instance again whose id is known: calls that give the same id share its task instead.
    private Task<JsonElement?> Child(string name, JsonElement? input, string id)
    {
        if (!_children.TryGetValue(id, out var child))
        {
            child = (name, Follow($"sub-workflow '{name}' with id '{id}'", inner.CallSubOrchestratorAsync<JsonElement?>(
                name, input, new SubOrchestrationOptions { InstanceId = id })));
            _children.Add(id, child);
        }

        return child.Name == name ? child.Run : throw new TaskFailedException(
            name, new("SubWorkflowRefused", $"The instance id '{id}' belongs to a run of '{child.Name}'.", true));
    }

    private static async Task<JsonElement?> AnswerAsync(string name, Task<JsonElement?> call)
    {
        try
        {
            return await call;
        }
        catch (Microsoft.DurableTask.TaskFailedException failed)
        {
            throw new TaskFailedException(name, WorkflowFailureException.Read(failed.FailureDetails));
        }
    }

    private TTask Follow<TTask>(string description, TTask call)
        where TTask : Task
    {
        _calls.RemoveAll(c => c.Call.IsCompleted);
        _calls.Add((description, call));
        return call;
    }

    private static TaskFailedException Unregistered(string kind, string name) =>
        new(name, FailureDetails.From(new NonRetryableException($"No {kind} is registered under '{name}'.")));

    private static T Read<T>(JsonElement? json) => json is { } element ? element.Deserialize<T>(WorkflowRegistry.Json)! : default!;
}
