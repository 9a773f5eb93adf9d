using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Headgate.Algorithms;

/// <summary>
/// The level of a bucket that drains at an exact rational rate: the arithmetic that token and leaky bucket share.
/// With N permits per P microseconds in lowest terms, a level is counted in units of 1/N microsecond: a permit is P units and
/// a microsecond drains N, so nothing is ever rounded.
/// </summary>
/// <remarks>
/// Capacity times P is at most 2^61 and a level carried over from other numbers is cut at 2^62, so no sum reaches 2^63; and at what takes
/// 2^52 microseconds to drain (142 years; the slowest bucket takes 100), so that all times stay below 2^53.
/// </remarks>
internal readonly struct BucketFlow
{
    private const ulong MaxLevel = 1UL << 62;
    private const int MaxDrainBits = 52;

    private readonly Divisor _byPermits;
    private readonly Divisor _byPeriod;

    private BucketFlow(long capacity, uint permits, long period)
    {
        Capacity = capacity;
        Permits = permits;
        Period = period;
        Full = capacity * period;
        _byPermits = new Divisor(permits);
        _byPeriod = new Divisor(period);
        FillMicros = _byPermits.Ceiling(Full);
    }

    public long Capacity { get; }

    /// <summary>N: units that drain in a microsecond.</summary>
    public uint Permits { get; }

    /// <summary>P: units of one permit.</summary>
    public long Period { get; }

    /// <summary>Units of a full bucket: capacity times P.</summary>
    public long Full { get; }

    /// <summary>Microseconds in which a full bucket drains, rounded up.</summary>
    public long FillMicros { get; }

    public static BucketFlow Create(long capacity, Rate rate, string capacityName, string rateName)
    {
        LimitBounds.CheckPermits(capacity, capacityName);
        (uint permits, long period) = rate.Reduced();
        BigInteger byPeriod = (BigInteger)LimitBounds.MaxPeriodMicros * permits / period;
        long most = (long)BigInteger.Min(LimitBounds.MaxBucketProduct / period, byPeriod);
        if (capacity > most)
        {
            throw new ArgumentOutOfRangeException(capacityName, capacity,
                $"{capacityName} is {capacity} with {rateName} {rate}, which is {permits} per {period} microseconds; capacity * {period} must be at most "
                + $"{LimitBounds.MaxBucketProduct} and the bucket must fill within 36525 days. "
                + $"Use a capacity of at most {most}, or a {rateName} that is faster or a rounder fraction.");
        }

        return new BucketFlow(capacity, permits, period);
    }

    /// <summary>The level at <paramref name="now"/> in units, and the time that counts there (law 8).</summary>
    /// <param name="state">The state before.</param>
    /// <param name="now">Microseconds since 1970.</param>
    /// <param name="time">t': now, or the last time seen if the clock is behind it.</param>
    /// <param name="foreign">True if a level that still counts was written under another rate.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long LevelAt(in BucketState state, long now, out long time, out bool foreign)
    {
        foreign = false;
        if (!StateHead.TryHold(now, state.LastSeen, FillMicros, out time) || time >= state.EmptyAt) return 0;
        if (state.Permits == Permits && state.Period == Period) return ((state.EmptyAt - time) * Permits) - state.Fraction;
        foreign = true;
        return Convert(state, time);
    }

    /// <summary>The state of a bucket that holds <paramref name="level"/> at <paramref name="time"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BucketState StateOf(long level, long time)
    {
        long micros = _byPermits.Ceiling(level);
        return new BucketState
        {
            LastSeen = time,
            EmptyAt = time + micros,
            Fraction = (uint)((micros * Permits) - level),
            Permits = Permits,
            Period = Period,
        };
    }

    /// <summary>Microseconds in which <paramref name="units"/> drain, rounded up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long DrainMicros(long units) => _byPermits.Ceiling(units);

    /// <summary>The permits that fit on top of <paramref name="level"/>, rounded down; 0 when it is overfull.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Room(long level) => level >= Full ? 0 : _byPeriod.Floor(Full - level);

    /// <summary>
    /// Gives back what is still outstanding of a charge. The level would be lower without that charge by at least its cost less what has
    /// drained since (it drains one for one while the bucket is not empty), so this much can be taken off without minting.
    /// </summary>
    public BucketState Refund(in BucketState state, long now, long chargedAt, long cost)
    {
        long level = LevelAt(state, now, out long time, out _);
        if (level == 0 || cost <= 0) return state;
        UInt128 charged = (UInt128)(ulong)cost * (ulong)Period;
        UInt128 drained = (UInt128)(ulong)Math.Max(0, time - chargedAt) * Permits;
        if (drained >= charged) return state;
        UInt128 outstanding = charged - drained;
        return StateOf(outstanding >= (ulong)level ? 0 : level - (long)outstanding, time);
    }

    /// <summary>What was consumed stays consumed: the same permits in this rate's units, rounded up by less than one unit (law 12).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long Convert(in BucketState state, long time)
    {
        // No bucket leaves such a state; a snapshot that somebody made up may have put it here.
        if (state.Period <= 0 || state.Permits == 0) return 0;
        UInt128 level = ((UInt128)(ulong)(state.EmptyAt - time) * state.Permits) - state.Fraction;
        UInt128 converted = ((level * (ulong)Period) + (ulong)state.Period - 1) / (ulong)state.Period;
        UInt128 most = UInt128.Min(MaxLevel, (UInt128)Permits << MaxDrainBits);
        return (long)UInt128.Min(converted, most);
    }
}

/// <summary>When a bucket will be empty, exactly, and the rate under which that was written.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct BucketState
{
    /// <summary>Microseconds since 1970 of the last admitted charge.</summary>
    public long LastSeen;

    /// <summary>Microseconds since 1970 when the bucket is empty, rounded up: GCRA's theoretical arrival time.</summary>
    public long EmptyAt;

    /// <summary>How many 1/N microseconds before <see cref="EmptyAt"/> it is empty exactly: 0 to N - 1.</summary>
    public uint Fraction;

    /// <summary>N of the rate in force when this was written.</summary>
    public uint Permits;

    /// <summary>P of that rate.</summary>
    public long Period;
}
