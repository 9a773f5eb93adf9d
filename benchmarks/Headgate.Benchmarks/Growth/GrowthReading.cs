using System.Diagnostics;
using Headgate.Benchmarks.Memory;
using Headgate.Cli.Bench.Measuring;

namespace Headgate.Benchmarks.Growth;

/// <summary>How long single decisions take while the subject grows from nothing.</summary>
/// <param name="Subject">Who decides; <see cref="Control"/> for nobody.</param>
/// <param name="Keys">One decision each.</param>
/// <param name="MedianNanoseconds">By the wall clock, like all but the last two.</param>
/// <param name="P99999Nanoseconds">One decision in 100,000 takes longer.</param>
/// <param name="MaxNanoseconds">The slowest.</param>
/// <param name="OverOneMillisecond">How many took longer than a millisecond.</param>
/// <param name="MaxCpuNanoseconds">The slowest by the thread's own processor time: without what the system did meanwhile. 0 where
/// it cannot be told.</param>
/// <param name="CollectionsMeanwhile">Garbage collections while it grew; their pauses are in the times.</param>
internal sealed record GrowthReading(
    string Subject,
    long Keys,
    long MedianNanoseconds,
    long P99999Nanoseconds,
    long MaxNanoseconds,
    long OverOneMillisecond,
    long MaxCpuNanoseconds,
    int CollectionsMeanwhile)
{
    /// <summary>
    /// A loop that waits as long as a decision takes and decides nothing: what the machine itself does to any loop of this
    /// length.
    /// </summary>
    public const string Control = "control";

    private const long Millisecond = 1_000_000;
    private const int WarmUpKeys = 300_000;

    public static GrowthReading Take(string name, long keys, long controlNanoseconds)
    {
        // Twice, with a pause for the JIT's background work: the first pass makes code hot, the second runs in what came of it.
        for (int pass = 0; pass < 2; pass++)
        {
            using KeyedSubject warm = Create(name, keys, controlNanoseconds);
            Time(warm, Math.Min(keys, WarmUpKeys), new LatencyHistogram(), out _, out _);
            WarmUp.AwaitQuietJit(Effort.Full);
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();

        using KeyedSubject subject = Create(name, keys, controlNanoseconds);
        LatencyHistogram histogram = new();
        int collections = GC.CollectionCount(0);
        Time(subject, keys, histogram, out long overOneMillisecond, out long maxCpu);
        collections = GC.CollectionCount(0) - collections;
        subject.Demand(keys);
        return new GrowthReading(
            name, keys, histogram.Quantile(0.5), histogram.Quantile(0.99999), histogram.Max,
            overOneMillisecond, maxCpu, collections);
    }

    private static KeyedSubject Create(string name, long keys, long controlNanoseconds) =>
        name == Control ? new SpinningKeys(controlNanoseconds) : KeyedSubject.Create(name, keys);

    private static void Time(
        KeyedSubject subject, long keys, LatencyHistogram histogram, out long overOneMillisecond, out long maxCpu)
    {
        double nanosecondsATick = 1e9 / Stopwatch.Frequency;
        overOneMillisecond = 0;
        maxCpu = 0;
        for (long i = 0; i < keys; i++)
        {
            string key = subject.KeyOf(i);
            long cpuBefore = ThreadCpuClock.Nanoseconds();
            long before = Stopwatch.GetTimestamp();
            bool admitted = subject.Decide(key);
            long after = Stopwatch.GetTimestamp();
            long cpu = ThreadCpuClock.Nanoseconds() - cpuBefore;
            if (!admitted) throw new InvalidOperationException($"Key {i} was denied at its first charge.");

            long nanoseconds = (long)((after - before) * nanosecondsATick);
            histogram.Add(nanoseconds);
            if (nanoseconds > Millisecond) overOneMillisecond++;

            // No decision takes longer on its own than it took by the wall clock; the clock's own cost is in between.
            maxCpu = Math.Max(maxCpu, Math.Min(cpu, nanoseconds));
        }
    }
}
