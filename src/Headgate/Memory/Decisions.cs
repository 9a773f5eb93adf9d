using System.Runtime.CompilerServices;
using Headgate.Algorithms;

namespace Headgate.Memory;

/// <summary>From microseconds inside to the decision outside.</summary>
internal static class Decisions
{
    // Constants rather than Timeout.InfiniteTimeSpan and TimeSpan.MaxValue, which are static fields and cost the hot path registers.
    private const long MaxMicros = long.MaxValue / TimeSpan.TicksPerMicrosecond;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Decision From(in Verdict verdict, LimitBinding binding, long now, string? shadowDeniedBy = null) => new(
        verdict.Allowed,
        binding.Permits,
        verdict.Remaining,
        verdict.RetryAfter == Verdict.Never ? new TimeSpan(-TimeSpan.TicksPerMillisecond) : Span(verdict.RetryAfter),
        Span(verdict.ResetAfter),
        Span(verdict.Delay),
        binding.Label,
        shadowDeniedBy,
        now);

    /// <summary>
    /// A time that no <see cref="TimeSpan"/> can hold (a bucket overfull beyond 29,000 years) is cut, towards denial; so is one below zero,
    /// which takes a state that was made up.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TimeSpan Span(long micros) =>
        (ulong)micros <= MaxMicros ? new TimeSpan(micros * TimeSpan.TicksPerMicrosecond) : new TimeSpan(long.MaxValue);
}
