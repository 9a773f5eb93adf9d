using Headgate.Conformance.Model;

namespace Headgate.Conformance.Generation;

/// <summary>The times and the number that matter to a limit.</summary>
/// <param name="Permit">Microseconds of one permit, at least 1.</param>
/// <param name="Recovery">Microseconds in which the limit recovers from anything.</param>
/// <param name="Window">The window whose ends matter.</param>
/// <param name="All">All permits.</param>
public readonly record struct Scale(long Permit, long Recovery, long Window, long All)
{
    public static Scale Of(Limit limit) => limit switch
    {
        TokenBucketLimit tokens => Bucket(tokens.Capacity, tokens.Refill),
        LeakyBucketLimit leaky => Bucket(leaky.Capacity, leaky.Leak),
        FixedWindowLimit window => Windowed(window.Permits, window.Window, 1),
        SlidingWindowLimit window => Windowed(window.Permits, window.Window, 2),
        SlidingLogLimit log => Windowed(log.Permits, log.Window, 1),
        ConcurrencyLimit concurrency => Windowed(concurrency.Permits, concurrency.LeaseTime, 1),
        CompositeLimit composite => Of(composite.Limits[0]),
        _ => throw new ArgumentException($"{limit} is no limit known here.", nameof(limit)),
    };

    private static Scale Bucket(long capacity, Rate rate)
    {
        Fraction permit = new(rate.Period.Ticks / TimeSpan.TicksPerMicrosecond, rate.Permits);
        long recovery = (long)(permit * capacity).Ceiling();
        return new Scale((long)permit.Ceiling(), recovery, recovery, capacity);
    }

    private static Scale Windowed(long permits, TimeSpan window, int windows)
    {
        long micros = window.Ticks / TimeSpan.TicksPerMicrosecond;
        return new Scale(Math.Max(1, micros / permits), windows * micros, micros, permits);
    }
}
