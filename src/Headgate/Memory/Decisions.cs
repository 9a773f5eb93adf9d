using System.Runtime.CompilerServices;
using Headgate.Algorithms;

namespace Headgate.Memory;

/// <summary>From microseconds inside to the decision outside.</summary>
internal static class Decisions
{
    private const long MaxMicros = long.MaxValue / TimeSpan.TicksPerMicrosecond;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Decision From(in Verdict verdict, LimitBinding binding, long now) => new()
    {
        IsAllowed = verdict.Allowed,
        Limit = binding.Permits,
        Remaining = verdict.Remaining,
        RetryAfter = verdict.RetryAfter == Verdict.Never ? Timeout.InfiniteTimeSpan : Span(verdict.RetryAfter),
        ResetAfter = Span(verdict.ResetAfter),
        Delay = Span(verdict.Delay),
        DecidedBy = binding.Label,
        DecidedAtMicros = now,
    };

    /// <summary>A time that no <see cref="TimeSpan"/> can hold (a bucket overfull beyond 29,000 years) is cut, towards denial.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TimeSpan Span(long micros) =>
        micros <= MaxMicros ? new TimeSpan(micros * TimeSpan.TicksPerMicrosecond) : TimeSpan.MaxValue;
}
