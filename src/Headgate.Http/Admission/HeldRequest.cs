namespace Headgate.Http.Admission;

/// <summary>A request that waits: first for the other side's time to pass, then in the limit's own line.</summary>
/// <param name="turn">Its place among all: who came first has the smaller.</param>
/// <param name="key">Whose permits.</param>
/// <param name="cost">Permits.</param>
/// <param name="start">The timestamp at which it came.</param>
/// <param name="ct">Cancels the wait.</param>
internal sealed class HeldRequest(long turn, string key, long cost, long start, CancellationToken ct)
{
    private TaskCompletionSource<Task<Entry>> _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Turn => turn;

    public string Key => key;

    public long Cost => cost;

    public long Start => start;

    public CancellationToken Ct => ct;

    /// <summary>Its place among those of its key that are held; null while it is not. Guarded by the lock of <see cref="KeyLines"/>.</summary>
    public LinkedListNode<HeldRequest>? Node { get; set; }

    /// <summary>Ends when the request is moved on, with its wait for the limit, which began in the order of the turns.</summary>
    public Task<Task<Entry>> Moved => _moved.Task;

    /// <summary>It is to be held, perhaps again.</summary>
    public void Hold() => _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void MoveOn(Task<Entry> asked) => _moved.TrySetResult(asked);

    public void Cancel() => _moved.TrySetCanceled(ct);
}
