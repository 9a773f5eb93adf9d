using System.Runtime.InteropServices;

namespace Headgate.Algorithms;

/// <summary>
/// One rule of one limit with its numbers: a pure function of (state, now, cost). No clock, no store, no lock.
/// A generic over a struct algorithm and a struct state is specialised by the JIT: no virtual call, no allocation.
/// </summary>
/// <remarks>
/// Time is microseconds since 1970. <c>default(TState)</c> is "never seen". Every state starts with the same two numbers
/// (<see cref="StateHead"/>) and has the size of <see cref="StateHead.Size"/>, so that a store need not know which it holds.
/// </remarks>
internal interface IAlgorithm<TState>
    where TState : unmanaged
{
    /// <summary>What a charge of <paramref name="cost"/> (1 or more) meets at <paramref name="now"/>, and the state if it is made.</summary>
    /// <param name="state">The state before; never changed.</param>
    /// <param name="now">Microseconds since 1970.</param>
    /// <param name="cost">Permits asked for; 0 asks nothing and is admitted.</param>
    /// <param name="next">
    /// The state after an admission. After a denial it is <paramref name="state"/>, except that a state written under other numbers is
    /// settled at <paramref name="now"/> and <see cref="Verdict.Settles"/> says so (law 12).
    /// </param>
    Verdict Decide(in TState state, long now, long cost, out TState next);

    /// <summary>
    /// The state with at most <paramref name="cost"/> permits charged at <paramref name="chargedAt"/> given back: never more than
    /// is still outstanding of that charge, so a late refund cannot mint permits.
    /// </summary>
    TState Refund(in TState state, long now, long chargedAt, long cost);

    /// <summary>
    /// True if the last of the state's four words is 0 or points to a block from <see cref="NativeMemory.Alloc(nuint)"/>, which the store
    /// frees when it drops the state.
    /// </summary>
    static abstract bool OwnsMemory { get; }

    /// <summary>The size of that block in bytes; it holds no pointers, so a copy of it is a copy of the state. 0 for none.</summary>
    static virtual nuint OwnedBytes(in TState state) => 0;

    /// <summary>Gets the memory that <see cref="Commit"/> will need, so that it cannot fail: of several charges none is made if one runs out.</summary>
    void Prepare(ref TState state, in TState next);

    /// <summary>Makes an admitted charge: for a state that owns memory this is where that is written. <paramref name="lease"/> is 0 for none.</summary>
    void Commit(ref TState state, in TState next, long cost, UInt128 lease);
}

/// <summary>What every state begins with.</summary>
/// <param name="LastSeen">The time of the last admitted charge: time for this key never runs behind it.</param>
/// <param name="ForgetAt">From this time on the state decides like never seen, and a store may drop it (law 4).</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct StateHead(long LastSeen, long ForgetAt)
{
    /// <summary>Bytes of every state, this head included.</summary>
    public const int Size = 32;

    /// <summary>
    /// The time that counts for a state: the running maximum t' = max(now, last seen) of law 8, as long as the clock is behind by no more
    /// than <paramref name="horizon"/>, the time in which the limit recovers fully. False if it is further behind: then the clock that
    /// wrote the state was wrong, or this one is, and the key counts as never seen rather than being locked out until time catches up.
    /// </summary>
    public static bool TryHold(long now, long lastSeen, long horizon, out long time)
    {
        if (now >= lastSeen)
        {
            time = now;
            return true;
        }

        bool trusted = lastSeen - now <= horizon;
        time = trusted ? lastSeen : now;
        return trusted;
    }
}
