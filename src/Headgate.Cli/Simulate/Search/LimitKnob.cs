using System.Globalization;
using System.Numerics;

namespace Headgate.Cli.Simulate.Search;

/// <summary>The one number of a limit that is searched while all others stay as given.</summary>
/// <param name="Name">What it is called in the limit's text: <c>capacity</c>, <c>refill</c>, <c>leak</c> or
/// <c>permits</c>.</param>
/// <param name="Part">Which part of a composite it belongs to, from 0; null for a plain limit.</param>
/// <param name="Given">Its value in the limit as given, rounded down where it is a rate; at least 1.</param>
/// <param name="Max">The largest value that is tried.</param>
/// <param name="Build">The whole limit with another value; null where no such limit can be built.</param>
/// <param name="Show">A value for people: <c>120</c>, <c>37/min</c>.</param>
internal sealed record LimitKnob(string Name, int? Part, long Given, long Max, Func<long, Limit?> Build, Func<long, string> Show)
{
    /// <summary>No log has more permits a second than this to be told apart: rates above it are tried no further.</summary>
    private const long MaxPerSecond = 1_000_000;

    private const long Minute = 60_000_000, Hour = 60 * Minute, Day = 24 * Hour;

    public static IReadOnlyList<LimitKnob> Of(Limit limit)
    {
        if (limit is not CompositeLimit composite) return OfPlain(limit, null, changed => changed);
        return [.. composite.Limits.SelectMany((part, i) => part is CompositeLimit || part.Shadow ? []
            : OfPlain(part, i, Replace(composite, i)))];
    }

    private static LimitKnob[] OfPlain(Limit limit, int? part, Func<Limit, Limit> whole)
    {
        const string Capacity = "capacity", Permits = "permits";
        return limit switch
        {
            TokenBucketLimit b =>
            [
                Number(Capacity, b.Capacity, LimitBounds.MaxPermits, n => Limit.TokenBucket(n, b.Refill)),
                Speed("refill", b.Refill, r => Limit.TokenBucket(b.Capacity, r)),
            ],
            LeakyBucketLimit b =>
            [
                Number(Capacity, b.Capacity, LimitBounds.MaxPermits, n => Limit.LeakyBucket(n, b.Leak)),
                Speed("leak", b.Leak, r => Limit.LeakyBucket(b.Capacity, r)),
            ],
            FixedWindowLimit w => [Number(Permits, w.Permits, LimitBounds.MaxPermits, n => Limit.FixedWindow(n, w.Window))],
            SlidingWindowLimit w => [Number(Permits, w.Permits, LimitBounds.MaxPermits, n => Limit.SlidingWindow(n, w.Window))],
            SlidingLogLimit w => [Number(Permits, w.Permits, LimitBounds.MaxSlidingLogPermits,
                n => Limit.SlidingLog(n, w.Window))],
            _ => [],
        };

        LimitKnob Number(string name, long given, long max, Func<long, Limit> build) =>
            new(name, part, given, max, n => TryBuild(() => build(n)), n => n.ToString(CultureInfo.InvariantCulture));

        LimitKnob Speed(string name, Rate rate, Func<Rate, Limit> build)
        {
            TimeSpan unit = UnitOf(rate);
            long max = MaxPerSecond * (unit.Ticks / TimeSpan.TicksPerSecond);
            long given = (long)((BigInteger)rate.Permits * unit.Ticks / rate.Period.Ticks);
            return new(name, part, Math.Clamp(given, 1, max), max,
                n => TryBuild(() => build(Shortest(n, unit))), n => Shortest(n, unit).ToString());
        }

        Limit? TryBuild(Func<Limit> build)
        {
            try
            {
                return whole(build() with { Name = limit.Name });
            }
            catch (ArgumentException)
            {
                return null;
            }
        }
    }

    /// <summary>The shortest of second, minute, hour and day in which the given rate has 30 permits or more: steps of about 3 %
    /// or finer.</summary>
    private static TimeSpan UnitOf(Rate rate)
    {
        BigInteger perDay = (BigInteger)rate.Permits * TimeSpan.TicksPerDay / rate.Period.Ticks;
        long micros = perDay >= 30 * 86_400 ? 1_000_000 : perDay >= 30 * 1440 ? Minute : perDay >= 30 * 24 ? Hour : Day;
        return TimeSpan.FromMicroseconds(micros);
    }

    /// <summary>120 a minute reads better as 2 a second.</summary>
    private static Rate Shortest(long permits, TimeSpan unit)
    {
        foreach (TimeSpan shorter in new[] { TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), TimeSpan.FromHours(1) })
        {
            long times = unit.Ticks / shorter.Ticks;
            if (times > 1 && permits % times == 0) return Rate.Per(permits / times, shorter);
        }

        return Rate.Per(permits, unit);
    }

    private static Func<Limit, Limit> Replace(CompositeLimit composite, int index) => changed =>
        Limit.AllOf([.. composite.Limits.Select((l, i) => i == index ? changed : l)]) with { Name = composite.Name };
}
