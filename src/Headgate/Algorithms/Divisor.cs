using System.Numerics;
using System.Runtime.CompilerServices;

namespace Headgate.Algorithms;

/// <summary>
/// Exact division by a number known beforehand, as a multiplication and a shift (Granlund and Montgomery, 1994): a third of the time of a
/// division, which is most of what a decision computes.
/// </summary>
/// <remarks>
/// For a dividend below 2^62 and a divisor d of at least 2, with s = max(0, ceil(log2 d) - 2) and m = floor(2^(64+s) / d) + 1:
/// m * d exceeds 2^(64+s) by at most d, which is at most 2^(s+2), and that is what the theorem asks for 62-bit dividends.
/// </remarks>
internal readonly struct Divisor
{
    private const ulong MaxDividend = 1UL << 62;

    private readonly ulong _multiplier;
    private readonly long _divisor;
    private readonly int _shift;

    /// <param name="divisor">1 to 2^62.</param>
    public Divisor(long divisor)
    {
        _divisor = divisor;
        if (divisor == 1) return;
        int bits = 64 - BitOperations.LeadingZeroCount((ulong)divisor - 1);
        _shift = Math.Max(0, bits - 2);
        _multiplier = (ulong)((UInt128.One << (64 + _shift)) / (ulong)divisor) + 1;
    }

    /// <summary>Rounded down. <paramref name="dividend"/> is not negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Floor(long dividend)
    {
        if ((ulong)dividend >= MaxDividend || _multiplier == 0) return dividend / _divisor;
        return (long)(Math.BigMul((ulong)dividend, _multiplier, out _) >> _shift);
    }

    /// <summary>Rounded up. <paramref name="dividend"/> is not negative and at most 2^63 - divisor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Ceiling(long dividend) => _divisor == 1 ? dividend : Floor(dividend + _divisor - 1);

    /// <summary>What is left of <paramref name="dividend"/>, not negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Remainder(long dividend) => dividend - (Floor(dividend) * _divisor);
}
