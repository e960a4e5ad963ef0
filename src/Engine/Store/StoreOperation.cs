namespace Sentiment.Engine.Store;

/// <summary>A write in the writer's queue.</summary>
internal abstract class StoreOperation(bool isAcknowledged)
{
    /// <summary>Whether a client is told of it, so that it should survive a power cut.</summary>
    public bool IsAcknowledged { get; } = isAcknowledged;

    /// <summary>Does the write inside the writer's transaction; may be run again after a rollback.</summary>
    public abstract void Execute(StoreSession session);

    /// <summary>The transaction is committed.</summary>
    public abstract void Complete();

    /// <summary>It was not written.</summary>
    public abstract void Fail(Exception exception);
}

/// <summary>A write with a result.</summary>
internal sealed class StoreOperation<T>(Func<StoreSession, T> execute, bool isAcknowledged) : StoreOperation(isAcknowledged)
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    /// <summary>Completes once the write is committed.</summary>
    public Task<T> Done => _done.Task;

    /// <inheritdoc/>
    public override void Execute(StoreSession session) => _result = execute(session);

    /// <inheritdoc/>
    public override void Complete() => _done.TrySetResult(_result);

    /// <inheritdoc/>
    public override void Fail(Exception exception) => _done.TrySetException(exception);
}
