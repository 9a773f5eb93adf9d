namespace Headgate.Cli.Bench.Measuring;

/// <summary>One thread's way through the order of keys, and what its last round came to.</summary>
internal sealed class Lane(int cursor)
{
    private int _cursor = cursor;

    public long Calls { get; private set; }

    public long Admitted { get; private set; }

    public long Ticks { get; private set; }

    /// <summary>
    /// The thread's own processor time: what is left of <see cref="Ticks"/> on a machine that others use too. 0 where it cannot
    /// be told.
    /// </summary>
    public long CpuNanoseconds { get; private set; }

    public long AllocatedBytes { get; private set; }

    /// <summary>Of the calls that were timed one by one.</summary>
    public LatencyHistogram Latencies { get; } = new();

    /// <summary>Decides for <paramref name="ticks"/> of the clock, in whole chunks.</summary>
    public void Measure(Subject subject, Workload workload, long ticks)
    {
        string[] keys = workload.Keys;
        int[] order = workload.Order;
        int cursor = _cursor;
        long calls = 0;
        long admitted = 0;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long cpu = ThreadCpuClock.Nanoseconds();
        long start = TimeProvider.System.GetTimestamp();
        long elapsed;
        do
        {
            admitted += subject.Run(keys, order, cursor, Workload.Chunk);
            cursor = (cursor + Workload.Chunk) & (order.Length - 1);
            calls += Workload.Chunk;
            elapsed = TimeProvider.System.GetTimestamp() - start;
        }
        while (elapsed < ticks);

        CpuNanoseconds = ThreadCpuClock.Nanoseconds() - cpu;
        AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Ticks = elapsed;
        Calls = calls;
        Admitted = admitted;
        _cursor = cursor;
    }

    /// <summary>Times single calls for <paramref name="ticks"/> of the clock, in whole chunks.</summary>
    public void Time(Subject subject, Workload workload, long ticks)
    {
        long start = TimeProvider.System.GetTimestamp();
        do
        {
            subject.Time(workload.Keys, workload.Order, _cursor, Workload.Chunk, Latencies);
            _cursor = (_cursor + Workload.Chunk) & (workload.Order.Length - 1);
        }
        while (TimeProvider.System.GetTimestamp() - start < ticks);
    }
}
