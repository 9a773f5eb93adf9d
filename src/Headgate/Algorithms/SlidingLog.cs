using System.Runtime.InteropServices;

namespace Headgate.Algorithms;

/// <summary>Every admitted charge is remembered: admitted when the sum over (t' - W, t'] and the cost stay within the permits.</summary>
/// <remarks>Guarantee: at most B in any span of W, exactly. Time and memory grow with the charges of a window.</remarks>
internal readonly unsafe struct SlidingLog(long permits, long window) : IAlgorithm<SlidingLogState>
{
    private readonly long _permits = permits;
    private readonly long _window = window;

    public static bool OwnsMemory => true;

    public static nuint OwnedBytes(in SlidingLogState state) => state.Ring == null ? 0 : state.Ring->Bytes;

    public Verdict Decide(in SlidingLogState state, long now, long cost, out SlidingLogState next)
    {
        long time = Read(state, now, out int expired, out long used);
        long room = _permits - used;
        Verdict verdict = default;
        if (cost <= room || cost == 0)
        {
            verdict.Allowed = true;
            next = state with { LastSeen = time, EmptyAt = time + _window, Sum = used + cost };
            verdict.Remaining = Math.Max(0, room - cost);
            verdict.ResetAfter = cost > 0 ? next.EmptyAt - now : used == 0 ? 0 : LastExpiry(state) - now;
            return verdict;
        }

        next = state;
        verdict.Remaining = Math.Max(0, room);
        verdict.ResetAfter = used == 0 ? 0 : LastExpiry(state) - now;
        verdict.RetryAfter = cost > _permits ? Verdict.Never : RoomAt(state, expired, cost - room) - now;
        return verdict;
    }

    public void Prepare(ref SlidingLogState state, in SlidingLogState next)
    {
        Read(state, next.LastSeen, out int expired, out long used);
        if (state.Ring != null) state.Ring->DropOldest(expired);
        state.Sum = used;
        state.Ring = LogRing.Reserve(state.Ring);
    }

    public void Commit(ref SlidingLogState state, in SlidingLogState next, long cost, UInt128 lease)
    {
        Prepare(ref state, next);
        state.Ring->Append(next.LastSeen, cost);
        state = next with { Ring = state.Ring };
    }

    /// <summary>Takes the cost off the entry of the time it was charged at; an entry that has left the window has nothing to give back.</summary>
    public SlidingLogState Refund(in SlidingLogState state, long now, long chargedAt, long cost)
    {
        Read(state, now, out int expired, out long used);
        if (used == 0 || cost <= 0) return state;
        for (int i = state.Ring->Count - 1; i >= expired; i--)
        {
            ref LogEntry entry = ref state.Ring->At(i);
            if (entry.Time > chargedAt) continue;
            if (entry.Time < chargedAt) break;
            long given = Math.Min(entry.Cost, cost);
            entry.Cost -= given;
            state.Ring->DropEmptyYoungest();
            return state with { Sum = state.Sum - given };
        }

        return state;
    }

    /// <summary>The time that counts, how many of the oldest entries do not, and the sum of the others.</summary>
    private long Read(in SlidingLogState state, long now, out int expired, out long used)
    {
        bool counts = StateHead.TryHold(now, state.LastSeen, _window, out long time) && time < state.EmptyAt;
        int count = state.Ring == null ? 0 : state.Ring->Count;
        expired = counts ? 0 : count;
        used = counts ? state.Sum : 0;
        while (expired < count && state.Ring->At(expired).Time <= time - _window) used -= state.Ring->At(expired++).Cost;
        return time;
    }

    /// <summary>The first time at which <paramref name="missing"/> permits more have left the window.</summary>
    private long RoomAt(in SlidingLogState state, int oldest, long missing)
    {
        long at = 0;
        for (int i = oldest; missing > 0; i++)
        {
            ref LogEntry entry = ref state.Ring->At(i);
            missing -= entry.Cost;
            at = entry.Time + _window;
        }

        return Math.Min(at, state.EmptyAt);
    }

    private long LastExpiry(in SlidingLogState state) =>
        Math.Min(state.EmptyAt, state.Ring->At(state.Ring->Count - 1).Time + _window);
}

/// <summary>The sum of the entries of a log, and the log.</summary>
[StructLayout(LayoutKind.Sequential, Size = StateHead.Size)]
internal unsafe struct SlidingLogState
{
    public long LastSeen;
    public long EmptyAt;

    /// <summary>The costs of all entries in the ring, those included that have left the window and are dropped at the next admission.</summary>
    public long Sum;

    public LogRing* Ring;
}
