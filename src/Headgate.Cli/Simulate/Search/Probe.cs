using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Headgate.Algorithms;
using Headgate.Cli.Simulate.Replay;

namespace Headgate.Cli.Simulate.Search;

/// <summary>
/// Replays the whole log through a limit and counts denials: the library's own algorithms over one array of states, without a
/// store's
/// hashing, since every key has a number already.
/// </summary>
internal static class Probe
{
    private const int Stride = 0xFFFF;

    /// <summary>How many events the limit denies; stops early with a number above <paramref name="stopAbove"/> once that is
    /// certain.</summary>
    /// <param name="limit">Without concurrency limits.</param>
    /// <param name="log">The events.</param>
    /// <param name="keys">How many keys the events have.</param>
    /// <param name="stopAbove">The most denials that are of interest.</param>
    /// <param name="marks">If given, becomes true for every key that is denied something.</param>
    /// <param name="ct">Stops the replay.</param>
    public static long Denied(Limit limit, EventLog log, int keys, long stopAbove, bool[]? marks, CancellationToken ct) =>
        limit switch
        {
            TokenBucketLimit l => Plain<TokenBucket, BucketState>(new(l.Flow), log, keys, stopAbove, marks, ct),
            LeakyBucketLimit l => Plain<LeakyBucket, BucketState>(new(l.Flow), log, keys, stopAbove, marks, ct),
            FixedWindowLimit l =>
                Plain<FixedWindow, FixedWindowState>(new(l.Permits, l.WindowMicros), log, keys, stopAbove, marks, ct),
            SlidingWindowLimit l =>
                Plain<SlidingWindow, SlidingWindowState>(new(l.Permits, l.WindowMicros), log, keys, stopAbove, marks, ct),
            SlidingLogLimit l =>
                Plain<SlidingLog, SlidingLogState>(new(l.Permits, l.WindowMicros), log, keys, stopAbove, marks, ct),
            CompositeLimit l => Composite(l, log, keys, stopAbove, marks, ct),
            _ => throw new NotSupportedException($"{limit} cannot be replayed from a log."),
        };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long Plain<TAlgorithm, TState>(
        TAlgorithm algorithm, EventLog log, int keys, long stopAbove, bool[]? marks, CancellationToken ct)
        where TAlgorithm : struct, IAlgorithm<TState>
        where TState : unmanaged
    {
        TState[] states = new TState[keys];
        long denied = 0;
        try
        {
            EventCursor cursor = new(log);
            for (long n = 1; cursor.TryRead(out long time, out int key, out long cost); n++)
            {
                ref TState state = ref states[key];
                if (algorithm.Decide(state, time, cost, out TState next).Allowed)
                {
                    if (cost > 0) algorithm.Commit(ref state, next, cost, default);
                }
                else
                {
                    if (marks is not null) marks[key] = true;
                    if (++denied > stopAbove) return denied;
                }

                if ((n & Stride) == 0) ct.ThrowIfCancellationRequested();
            }

            return denied;
        }
        finally
        {
            if (TAlgorithm.OwnsMemory) Free(MemoryMarshal.AsBytes(states.AsSpan()));
        }
    }

    private static long Composite(CompositeLimit limit, EventLog log, int keys, long stopAbove, bool[]? marks,
        CancellationToken ct)
    {
        Part[] parts = [.. limit.Leaves.Where(l => !l.Shadow).Select(l => Part.Of(l.Limit, keys))];
        long denied = 0;
        try
        {
            EventCursor cursor = new(log);
            for (long n = 1; cursor.TryRead(out long time, out int key, out long cost); n++)
            {
                bool admitted = true;
                foreach (Part part in parts) admitted &= part.Admits(key, time, cost);
                if (admitted)
                {
                    if (cost == 0) continue;
                    foreach (Part part in parts) part.Commit(key, cost);
                }
                else
                {
                    if (marks is not null) marks[key] = true;
                    if (++denied > stopAbove) return denied;
                }

                if ((n & Stride) == 0) ct.ThrowIfCancellationRequested();
            }

            return denied;
        }
        finally
        {
            foreach (Part part in parts) part.Dispose();
        }
    }

    /// <summary>A state that owns memory points to it with the last of its four words.</summary>
    private static unsafe void Free(Span<byte> states)
    {
        foreach (ref readonly WordsOfState words in MemoryMarshal.Cast<byte, WordsOfState>(states))
            NativeMemory.Free((void*)words.Fourth);
    }

    [StructLayout(LayoutKind.Sequential, Size = StateHead.Size)]
    private readonly record struct WordsOfState(long First, long Second, long Third, nint Fourth);

    /// <summary>One part of a composite: all are asked before any is charged.</summary>
    private abstract class Part : IDisposable
    {
        public static Part Of(Limit limit, int keys) => limit switch
        {
            TokenBucketLimit l => new Of<TokenBucket, BucketState>(new(l.Flow), keys),
            LeakyBucketLimit l => new Of<LeakyBucket, BucketState>(new(l.Flow), keys),
            FixedWindowLimit l => new Of<FixedWindow, FixedWindowState>(new(l.Permits, l.WindowMicros), keys),
            SlidingWindowLimit l => new Of<SlidingWindow, SlidingWindowState>(new(l.Permits, l.WindowMicros), keys),
            SlidingLogLimit l => new Of<SlidingLog, SlidingLogState>(new(l.Permits, l.WindowMicros), keys),
            _ => throw new NotSupportedException($"{limit} cannot be replayed from a log."),
        };

        public abstract bool Admits(int key, long time, long cost);

        public abstract void Commit(int key, long cost);

        public abstract void Dispose();
    }

    private sealed class Of<TAlgorithm, TState>(TAlgorithm algorithm, int keys) : Part
        where TAlgorithm : struct, IAlgorithm<TState>
        where TState : unmanaged
    {
        private readonly TState[] _states = new TState[keys];
        private TState _next;

        public override bool Admits(int key, long time, long cost) => algorithm.Decide(_states[key], time, cost, out _next).Allowed;

        public override void Commit(int key, long cost) => algorithm.Commit(ref _states[key], _next, cost, default);

        public override void Dispose()
        {
            if (TAlgorithm.OwnsMemory) Free(MemoryMarshal.AsBytes(_states.AsSpan()));
        }
    }
}
