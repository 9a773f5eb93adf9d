namespace Headgate.Redis.Calls;

/// <summary>
/// Runs on all callers of a batch, each by whoever is free: a worker takes one after the other, and as long as some are left another worker is
/// queued. So a caller who blocks his thread holds up nobody else, and a batch of hundreds costs a few turns of the pool instead of hundreds.
/// </summary>
internal sealed class Wake(Call[] calls, int count) : IThreadPoolWorkItem
{
    private int _next;

    /// <summary>1 while a worker is queued that has not begun.</summary>
    private int _queued;

    public void Execute()
    {
        Volatile.Write(ref _queued, 0);
        while (true)
        {
            int index = Interlocked.Increment(ref _next) - 1;
            if (index >= count) return;
            if (index + 1 < count && Volatile.Read(ref _queued) == 0 && Interlocked.Exchange(ref _queued, 1) == 0)
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            try
            {
                // Afterwards the call may be somebody else's.
                calls[index].Execute();
            }
            catch
            {
                // Whoever was run on broke; the others are run on all the same.
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                throw;
            }
        }
    }
}
