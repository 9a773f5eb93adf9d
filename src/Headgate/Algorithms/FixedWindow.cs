using System.Runtime.InteropServices;

namespace Headgate.Algorithms;

/// <summary>A count for the window [kW, (k+1)W), aligned to 1970: admitted when the count and the cost stay within the permits.</summary>
/// <remarks>
/// Guarantee: at most B a window, and so at most 2B in any span of W. When the window's length changes, a count holds until its old
/// window or the new one that its last charge lies in has ended, whichever is first (law 12).
/// </remarks>
internal readonly struct FixedWindow(long permits, long window) : IAlgorithm<FixedWindowState>
{
    public static bool OwnsMemory => false;

    private readonly long _permits = permits;
    private readonly long _window = window;
    private readonly Divisor _byWindow = new(window);

    public Verdict Decide(in FixedWindowState state, long now, long cost, out FixedWindowState next)
    {
        Read(state, now, out long time, out long start, out long used);
        long end = start + _window;
        long room = _permits - used;
        Verdict verdict = default;
        if (cost <= room || cost == 0)
        {
            verdict.Allowed = true;
            next = new FixedWindowState { LastSeen = time, EndsAt = end, Count = used + cost };
            verdict.Remaining = Math.Max(0, room - cost);
            verdict.ResetAfter = cost > 0 ? end - now : used == 0 ? 0 : Math.Min(end, state.EndsAt) - now;
            return verdict;
        }

        long counted = used == 0 ? now : Math.Min(end, state.EndsAt);
        next = state;
        verdict.Remaining = Math.Max(0, room);
        verdict.ResetAfter = counted - now;
        verdict.RetryAfter = cost > _permits ? Verdict.Never : counted - now;
        return verdict;
    }

    public FixedWindowState Refund(in FixedWindowState state, long now, long chargedAt, long cost)
    {
        Read(state, now, out _, out long start, out long used);
        if (used == 0 || chargedAt < start || cost <= 0) return state;
        return state with { Count = used - Math.Min(used, cost) };
    }

    public void Prepare(ref FixedWindowState state, in FixedWindowState next)
    {
    }

    public void Commit(ref FixedWindowState state, in FixedWindowState next, long cost, UInt128 lease) => state = next;

    private void Read(in FixedWindowState state, long now, out long time, out long start, out long used)
    {
        bool seen = StateHead.TryHold(now, state.LastSeen, _window, out time);
        start = time - _byWindow.Remainder(time);
        used = seen && time < state.EndsAt && state.LastSeen >= start ? state.Count : 0;
    }
}

/// <summary>The count of the window that ends at <see cref="EndsAt"/>.</summary>
[StructLayout(LayoutKind.Sequential, Size = StateHead.Size)]
internal record struct FixedWindowState
{
    public long LastSeen;
    public long EndsAt;
    public long Count;

    /// <summary>0, rather than what lay there: states are saved as they are.</summary>
    private readonly long _unused;
}
