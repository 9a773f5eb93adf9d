using System.Runtime.InteropServices;

namespace Headgate.Algorithms;

/// <summary>
/// Two aligned windows that estimate a sliding one: admitted when current + cost + previous * (W - elapsed) / W is within the permits,
/// compared exactly as a fraction.
/// </summary>
/// <remarks>
/// The estimate e and the true count of the last W obey e - (1-f) * previous &lt;= true &lt;= e + f * previous, f the elapsed fraction:
/// it assumes that the previous window's charges were spread evenly.
/// </remarks>
internal readonly struct SlidingWindow(long permits, long window) : IAlgorithm<SlidingWindowState>
{
    public static bool OwnsMemory => false;

    private readonly long _permits = permits;
    private readonly long _window = window;
    private readonly Divisor _byWindow = new(window);

    public Verdict Decide(in SlidingWindowState state, long now, long cost, out SlidingWindowState next)
    {
        Read(state, now, out long time, out long start, out long current, out long previous);
        long room = _permits - current - Weigh(previous, start + _window - time);
        Verdict verdict = default;
        if (cost <= room || cost == 0)
        {
            verdict.Allowed = true;
            next = new SlidingWindowState { LastSeen = time, EndsAt = start + (2 * _window), Current = current + cost, Previous = previous };
            verdict.Remaining = Math.Max(0, room - cost);
            verdict.ResetAfter = (cost > 0 ? next.EndsAt : ResetAt(state, start, current, previous, now)) - now;
            return verdict;
        }

        next = state;
        verdict.Remaining = Math.Max(0, room);
        verdict.ResetAfter = ResetAt(state, start, current, previous, now) - now;
        verdict.RetryAfter = cost > _permits ? Verdict.Never : Math.Min(RoomAt(start, current, previous, cost), state.EndsAt) - now;
        return verdict;
    }

    public SlidingWindowState Refund(in SlidingWindowState state, long now, long chargedAt, long cost)
    {
        Read(state, now, out long time, out long start, out long current, out long previous);
        if (cost <= 0 || (current == 0 && previous == 0)) return state;
        if (chargedAt >= start) current -= Math.Min(current, cost);
        else if (chargedAt >= start - _window) previous -= Math.Min(previous, cost);
        return new SlidingWindowState { LastSeen = time, EndsAt = Math.Min(state.EndsAt, start + (2 * _window)), Current = current, Previous = previous };
    }

    public void Prepare(ref SlidingWindowState state, in SlidingWindowState next)
    {
    }

    public void Commit(ref SlidingWindowState state, in SlidingWindowState next, long cost, UInt128 lease) => state = next;

    private void Read(in SlidingWindowState state, long now, out long time, out long start, out long current, out long previous)
    {
        bool seen = StateHead.TryHold(now, state.LastSeen, 2 * _window, out time) && time < state.EndsAt;
        start = time - _byWindow.Remainder(time);
        bool same = seen && state.LastSeen >= start;
        bool adjacent = seen && !same && state.LastSeen >= start - _window;
        current = same ? state.Current : 0;
        previous = same ? state.Previous : adjacent ? state.Current : 0;
    }

    /// <summary>ceil(count * left / W): the whole permits that the previous window still takes.</summary>
    private long Weigh(long count, long left)
    {
        if (count == 0) return 0;
        ulong high = Math.BigMul((ulong)count, (ulong)left, out ulong low);
        if (high == 0 && low <= long.MaxValue - (ulong)_window) return _byWindow.Ceiling((long)low);
        return (long)((((UInt128)high << 64) + low + (ulong)_window - 1) / (ulong)_window);
    }

    /// <summary>The first time at which <paramref name="cost"/>, at most the permits, fits if nobody else comes.</summary>
    private long RoomAt(long start, long current, long previous, long cost)
    {
        long room = _permits - current - cost;
        return room >= 0 ? start + Fade(previous, room) : start + _window + Fade(current, _permits - cost);
    }

    /// <summary>The smallest elapsed time at which <paramref name="count"/> of the previous window weighs no more than <paramref name="room"/>.</summary>
    private long Fade(long count, long room)
    {
        if (count <= room) return 0;
        UInt128 left = (UInt128)(ulong)room * (ulong)_window / (ulong)count;
        return _window - (long)left;
    }

    /// <summary>When nothing counts any more; the state's own end comes first if it was written under a shorter window.</summary>
    private long ResetAt(in SlidingWindowState state, long start, long current, long previous, long now)
    {
        if (current == 0 && previous == 0) return now;
        return Math.Min(current > 0 ? start + (2 * _window) : start + _window, state.EndsAt);
    }
}

/// <summary>The counts of the window that the last charge fell into and of the one before it.</summary>
[StructLayout(LayoutKind.Sequential, Size = StateHead.Size)]
internal record struct SlidingWindowState
{
    public long LastSeen;
    public long EndsAt;
    public long Current;
    public long Previous;
}
