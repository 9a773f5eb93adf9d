using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Headgate.Conformance.Model;

namespace Headgate.Conformance.Generation;

/// <summary>Generators of limits: such as people use, and the ends of the domain (<see cref="LimitBounds"/>).</summary>
public static class LimitGen
{
    private static readonly long MaxMicros = LimitBounds.MaxPeriod.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Small numbers and odd fractions.</summary>
    public static Gen<Rate> Rates { get; } =
        from permits in Gen.Choose(1, 12)
        from period in Gen.OneOf(
            Gen.Elements(1L, 2, 7, 1000, 1_000_000, 3_000_000, 60_000_000, 86_400_000_000),
            Gen.Choose(1, 5_000).Select(n => (long)n))
        select Rate.Per(permits, Span(period));

    public static Gen<long> Permits { get; } = Gen.Frequency((4, Gen.Choose(1, 12)), (1, Gen.Choose(13, 500))).Select(n => (long)n);

    public static Gen<TimeSpan> Windows { get; } = Gen.OneOf(
        Gen.Elements(1L, 2, 3, 10, 1000, 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000),
        Gen.Choose(1, 2_000).Select(n => (long)n)).Select(Span);

    /// <summary>The ends of every number's domain: rates from one in a century to 2^32 - 1 each microsecond.</summary>
    public static Gen<Rate> ExtremeRates { get; } = Gen.Elements(
        Rate.Per(1, Span(1)),
        Rate.Per(LimitBounds.MaxReducedPermits, Span(1)),
        Rate.Per(LimitBounds.MaxReducedPermits, Span(2)),
        Rate.Per(LimitBounds.MaxReducedPermits, Span(1_000_003)),
        Rate.Per(LimitBounds.MaxReducedPermits, Span(MaxMicros)),
        Rate.Per(1_000_000_000_000_000, TimeSpan.FromDays(36_525)),
        Rate.Per(1, LimitBounds.MaxPeriod),
        Rate.Per(2, Span(MaxMicros - 1)),
        Rate.PerSecond(1_000_000),
        Rate.PerDay(7));

    public static Gen<long> ExtremePermits { get; } =
        Gen.Elements(1, 2, 3, LimitBounds.MaxSlidingLogPermits, LimitBounds.MaxPermits - 1, LimitBounds.MaxPermits);

    public static Gen<TimeSpan> ExtremeWindows { get; } = Gen.Elements(1, 2, 3, MaxMicros - 1, MaxMicros).Select(Span);

    public static Gen<Limit> OfKind(LimitKind kind, bool extreme = false)
    {
        Gen<Rate> rates = extreme ? ExtremeRates : Rates;
        Gen<long> permits = extreme ? ExtremePermits : Permits;
        Gen<TimeSpan> windows = extreme ? ExtremeWindows : Windows;
        return kind switch
        {
            LimitKind.TokenBucket => from b in permits from r in rates select (Limit)Limit.TokenBucket(Fit(b, r), r),
            LimitKind.LeakyBucket => from b in permits from r in rates select (Limit)Limit.LeakyBucket(Fit(b, r), r),
            LimitKind.FixedWindow => from b in permits from w in windows select (Limit)Limit.FixedWindow(b, w),
            LimitKind.SlidingWindow => from b in permits from w in windows select (Limit)Limit.SlidingWindow(b, w),
            LimitKind.SlidingLog =>
                from b in permits from w in windows select (Limit)Limit.SlidingLog(Math.Min(b, LimitBounds.MaxSlidingLogPermits), w),
            _ => from b in permits from w in windows select (Limit)Limit.Concurrency(b, w),
        };
    }

    /// <summary>The largest capacity up to <paramref name="capacity"/> that the rate allows.</summary>
    private static long Fit(long capacity, Rate rate)
    {
        Fraction perMicro = new(rate.Permits, rate.Period.Ticks / TimeSpan.TicksPerMicrosecond);
        BigInteger byProduct = LimitBounds.MaxBucketProduct / perMicro.Denominator;
        BigInteger byTime = (perMicro * MaxMicros).Floor();
        return (long)BigInteger.Min(capacity, BigInteger.Min(byProduct, byTime));
    }

    private static TimeSpan Span(long micros) => TimeSpan.FromTicks(micros * TimeSpan.TicksPerMicrosecond);
}

/// <summary>The plain limits.</summary>
public enum LimitKind
{
    TokenBucket,
    LeakyBucket,
    FixedWindow,
    SlidingWindow,
    SlidingLog,
    Concurrency,
}
