using System.Runtime;

namespace Headgate.Cli.Bench.Measuring;

/// <summary>Runs the subjects in turn until the JIT has nothing more to compile for them.</summary>
/// <remarks>
/// With tiered compilation and dynamic PGO a method is compiled up to three times, each time 100 ms or more after it was called
/// 30 times, in the background. A fixed number of calls proves nothing; what is waited for is a quiet JIT.
/// </remarks>
internal static class WarmUp
{
    /// <summary>Short, so that the harness itself is called often enough to be compiled for good, too.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    public static void Run(Scenario scenario, Effort effort, Crew crew)
    {
        Workload workload = scenario.Workload.Small();
        Subject[] subjects = [.. scenario.Candidates.Select(candidate => candidate.Create())];
        Lane[] lanes = Lanes.Create(workload);
        TimeSpan quiet = QuietOf(effort);
        TimeProvider clock = TimeProvider.System;
        long turn = (long)(Turn.TotalSeconds * clock.TimestampFrequency);
        long start = clock.GetTimestamp();
        long quietSince = OwnTime();
        long compiled = JitInfo.GetCompiledMethodCount();
        do
        {
            foreach (Subject subject in subjects)
            {
                subject.Run(workload.Keys, workload.Everyone, 0, workload.Everyone.Length);
                crew.Run(member => lanes[member].Measure(subject, workload, turn));
            }

            long now = JitInfo.GetCompiledMethodCount();
            if (now != compiled) quietSince = OwnTime();
            compiled = now;
        }
        while ((clock.GetElapsedTime(start) < effort.WarmUp || OwnTime() - quietSince < quiet.Ticks)
            && clock.GetElapsedTime(start) < Longest);

        foreach (Subject subject in subjects) subject.Dispose();
    }

    /// <summary>Waits until the background compiler has had nothing to do for a while.</summary>
    public static void AwaitQuietJit(Effort effort)
    {
        TimeSpan quiet = QuietOf(effort);
        long since = OwnTime();
        long compiled = JitInfo.GetCompiledMethodCount();
        while (OwnTime() - since < quiet.Ticks)
        {
            Thread.SpinWait(1000);
            long now = JitInfo.GetCompiledMethodCount();
            if (now != compiled) since = OwnTime();
            compiled = now;
        }
    }

    /// <summary>
    /// Processor time, in ticks of <see cref="TimeSpan"/>: on a busy machine the background compiler gets as little of it as this thread,
    /// and silence by the wall clock would mean nothing.
    /// </summary>
    private static long OwnTime() => ThreadCpuClock.IsSupported
        ? ThreadCpuClock.Nanoseconds() / TimeSpan.NanosecondsPerTick
        : TimeProvider.System.GetElapsedTime(0).Ticks;

    private static TimeSpan QuietOf(Effort effort) => effort.WarmUp < Quiet ? effort.WarmUp : Quiet;
}

/// <summary>A lane for each thread of a workload, evenly spread over its order.</summary>
internal static class Lanes
{
    public static Lane[] Create(Workload workload) =>
        [.. Enumerable.Range(0, workload.Threads)
            .Select(i => new Lane(workload.Order.Length / workload.Threads * i / Workload.Chunk * Workload.Chunk))];
}
