using System.Runtime.InteropServices;

namespace Headgate.Algorithms;

/// <summary>Permits held until released or until their lease time ends: admitted when those held and the cost stay within the permits.</summary>
/// <remarks>Guarantee: in flight at most B, if every holder renews before its lease time ends (law 16).</remarks>
internal readonly unsafe struct Concurrency(long permits, long leaseTime) : IAlgorithm<ConcurrencyState>
{
    private readonly long _permits = permits;
    private readonly long _leaseTime = leaseTime;

    public static bool OwnsMemory => true;

    public static nuint OwnedBytes(in ConcurrencyState state) => state.Leases == null ? 0 : state.Leases->Bytes;

    public Verdict Decide(in ConcurrencyState state, long now, long cost, out ConcurrencyState next)
    {
        long time = Read(state, now, out int oldest, out long held);
        long room = _permits - held;
        Verdict verdict = default;
        if (cost <= room || cost == 0)
        {
            long expiry = time + _leaseTime;
            long last = oldest < 0 ? expiry : Math.Max(expiry, state.LastExpiry);
            verdict.Allowed = true;
            next = state with { LastSeen = time, LastExpiry = last, Held = held + cost };
            verdict.Remaining = Math.Max(0, room - cost);
            verdict.ResetAfter = cost > 0 ? last - now : oldest < 0 ? 0 : state.LastExpiry - now;
            return verdict;
        }

        next = state;
        verdict.Remaining = Math.Max(0, room);
        verdict.ResetAfter = oldest < 0 ? 0 : state.LastExpiry - now;
        verdict.RetryAfter = cost > _permits ? Verdict.Never : RoomAt(state, oldest, cost - room) - now;
        return verdict;
    }

    public void Prepare(ref ConcurrencyState state, in ConcurrencyState next)
    {
        Read(state, next.LastSeen, out int oldest, out long held);
        if (state.Leases != null) state.Leases->DropOlderThan(oldest);
        state.Held = held;
        state.Leases = LeaseTable.Reserve(state.Leases);
    }

    public void Commit(ref ConcurrencyState state, in ConcurrencyState next, long cost, UInt128 lease)
    {
        Prepare(ref state, next);
        state.Leases->Add(lease, next.LastSeen + _leaseTime, cost);
        state = next with { Leases = state.Leases };
    }

    /// <summary>Gives back permits that were taken without a lease at <paramref name="chargedAt"/>.</summary>
    public ConcurrencyState Refund(in ConcurrencyState state, long now, long chargedAt, long cost)
    {
        Read(state, now, out int oldest, out _);
        long given = 0;
        for (int i = oldest, newer; i >= 0 && given < cost; i = newer)
        {
            ref Lease lease = ref state.Leases->At(i);
            newer = lease.Newer;
            if (lease.Id != 0 || lease.Expiry != chargedAt + _leaseTime) continue;
            long part = Math.Min(lease.Cost, cost - given);
            given += part;
            lease.Cost -= part;
            if (lease.Cost == 0) state.Leases->Remove(i);
        }

        if (given == 0) return state;
        return state with { Held = state.Held - given, LastExpiry = state.Leases->LastExpiry(state.LastSeen) };
    }

    /// <summary>Ends a lease. False if it is not held: released before, or expired.</summary>
    public bool Release(ref ConcurrencyState state, long now, UInt128 lease)
    {
        int index = Find(state, now, lease);
        if (index < 0) return false;
        state.Held -= state.Leases->At(index).Cost;
        state.Leases->Remove(index);
        state.LastExpiry = state.Leases->LastExpiry(state.LastSeen);
        return true;
    }

    /// <summary>Lets a lease run for a whole lease time from now. False if it is not held any more.</summary>
    public bool Renew(ref ConcurrencyState state, long now, UInt128 lease)
    {
        int index = Find(state, now, lease);
        if (index < 0) return false;
        long time = Math.Max(now, state.LastSeen);
        state.Leases->Extend(index, time + _leaseTime);
        state.LastSeen = time;
        state.LastExpiry = state.Leases->LastExpiry(time);
        return true;
    }

    private int Find(in ConcurrencyState state, long now, UInt128 lease)
    {
        long time = Read(state, now, out int oldest, out _);
        if (oldest < 0) return -1;
        int index = state.Leases->Find(lease);
        return index >= 0 && state.Leases->At(index).Expiry > time ? index : -1;
    }

    /// <summary>The time that counts, the oldest lease that does (-1 for none) and the permits held.</summary>
    private long Read(in ConcurrencyState state, long now, out int oldest, out long held)
    {
        bool counts = StateHead.TryHold(now, state.LastSeen, _leaseTime, out long time) && time < state.LastExpiry;
        oldest = counts && state.Leases != null ? state.Leases->Oldest : -1;
        held = counts ? state.Held : 0;
        while (oldest >= 0 && state.Leases->At(oldest).Expiry <= time)
        {
            held -= state.Leases->At(oldest).Cost;
            oldest = state.Leases->At(oldest).Newer;
        }

        return time;
    }

    /// <summary>The first time at which <paramref name="missing"/> permits more are free because leases ran out.</summary>
    private static long RoomAt(in ConcurrencyState state, int oldest, long missing)
    {
        long at = 0;
        for (int i = oldest; missing > 0; i = state.Leases->At(i).Newer)
        {
            missing -= state.Leases->At(i).Cost;
            at = state.Leases->At(i).Expiry;
        }

        return at;
    }
}

/// <summary>The permits held and the leases that hold them.</summary>
[StructLayout(LayoutKind.Sequential, Size = StateHead.Size)]
internal unsafe struct ConcurrencyState
{
    public long LastSeen;

    /// <summary>When the last lease runs out.</summary>
    public long LastExpiry;

    /// <summary>The costs of all leases in the table, those included that have run out and are dropped at the next admission.</summary>
    public long Held;

    public LeaseTable* Leases;
}
