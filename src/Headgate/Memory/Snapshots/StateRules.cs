using Headgate.Algorithms;

namespace Headgate.Memory.Snapshots;

/// <summary>
/// What a state may look like that comes from a file. Within these bounds no algorithm overflows, divides by zero or leaves a block,
/// whichever algorithm meets it: a digest does not say which it is for.
/// </summary>
internal static class StateRules
{
    /// <summary>Times beyond the year 9999 of a <see cref="DateTimeOffset"/>, far below where a sum with a horizon overflows.</summary>
    private const long MaxTime = 1L << 60;

    /// <summary>The longest that a state can count for: an overfull bucket, 2^52 microseconds, and two windows of 100 years are less.</summary>
    private const long MaxAhead = 1L << 53;

    /// <summary>2^62: what a bucket's level is cut at (<see cref="BucketFlow"/>).</summary>
    private const ulong MaxLevel = 1UL << 62;

    public static bool IsHead(long lastSeen, long forgetAt) =>
        lastSeen is >= 0 and <= MaxTime && forgetAt >= 0 && forgetAt <= lastSeen + MaxAhead;

    public static bool IsPlain(in Cell cell) => IsHead(cell.Head.LastSeen, cell.Head.ForgetAt) && (IsWindow(cell) || IsBucket(cell));

    /// <summary>An entry of a log after one at <paramref name="previous"/>.</summary>
    public static bool IsEntry(long previous, long time, long cost, long lastSeen) =>
        time > previous && time <= lastSeen && cost is >= 0 and <= LimitBounds.MaxSlidingLogPermits;

    /// <summary>A lease after one that runs out at <paramref name="previous"/>.</summary>
    public static bool IsLease(long previous, long expiry, long cost, long lastExpiry) =>
        expiry >= previous && expiry <= lastExpiry && cost is >= 1 and <= LimitBounds.MaxPermits;

    private static bool IsWindow(in Cell cell) =>
        cell.Third is >= 0 and <= LimitBounds.MaxPermits && cell.Fourth is >= 0 and <= LimitBounds.MaxPermits;

    private static bool IsBucket(in Cell cell)
    {
        ulong fraction = (uint)cell.Third, permits = (ulong)cell.Third >> 32;
        long period = cell.Fourth, ahead = cell.Head.ForgetAt - cell.Head.LastSeen;
        if (fraction >= permits || period is < 1 or > LimitBounds.MaxPeriodMicros || ahead < 0) return false;
        UInt128 level = (UInt128)(ulong)ahead * permits;
        return level >= fraction && level - fraction <= MaxLevel;
    }
}
