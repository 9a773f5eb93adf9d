using System.Runtime.CompilerServices;

namespace Headgate.Algorithms;

/// <summary>The decision that token and leaky bucket have in common: does the cost fit on top of the level?</summary>
internal static class Bucket
{
    /// <param name="flow">Capacity and rate.</param>
    /// <param name="state">The state before.</param>
    /// <param name="now">Microseconds since 1970.</param>
    /// <param name="cost">Permits asked for.</param>
    /// <param name="next">The state after.</param>
    /// <param name="level">What was in the bucket, in units.</param>
    /// <param name="held">Microseconds by which the clock is behind the last time seen; until then nothing drains.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Verdict Decide(in BucketFlow flow, in BucketState state, long now, long cost, out BucketState next, out long level, out long held)
    {
        level = flow.LevelAt(state, now, out long time, out bool foreign);
        held = time - now;

        Verdict verdict = default;
        if (cost <= flow.Capacity)
        {
            // At most 2^62 + 2^61: no overflow.
            long filled = level + (cost * flow.Period);
            if (filled <= flow.Full)
            {
                next = flow.StateOf(filled, time);
                verdict.Allowed = true;
                verdict.Remaining = flow.Room(filled);
                verdict.ResetAfter = filled == 0 ? 0 : next.EmptyAt - now;
                return verdict;
            }

            // A cost of 0 on a bucket overfull by law 12 asks for nothing, so it waits for nothing.
            verdict.Allowed = cost == 0;
            verdict.RetryAfter = cost == 0 ? 0 : held + flow.DrainMicros(filled - flow.Full);
        }
        else
        {
            verdict.RetryAfter = Verdict.Never;
        }

        verdict.Remaining = flow.Room(level);
        verdict.ResetAfter = level == 0 ? 0 : held + flow.DrainMicros(level);
        verdict.Settles = foreign && cost > 0;
        next = verdict.Settles ? flow.StateOf(level, time) : state;
        return verdict;
    }
}
