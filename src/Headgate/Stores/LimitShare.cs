namespace Headgate;

/// <summary>A limit cut down to a process's share of it, for when processes cannot ask the store that they share.</summary>
internal static class LimitShare
{
    /// <summary>The same limit with a share of its permits, rounded up to at least one; name and shadow stay.</summary>
    /// <param name="limit">The whole limit.</param>
    /// <param name="share">Above 0, at most 1.</param>
    public static Limit Of(Limit limit, double share)
    {
        if (share >= 1) return limit;
        Limit part = limit switch
        {
            TokenBucketLimit bucket => Bucket(bucket.Capacity, bucket.Refill, share, Limit.TokenBucket) ?? limit,
            LeakyBucketLimit bucket => Bucket(bucket.Capacity, bucket.Leak, share, Limit.LeakyBucket) ?? limit,
            FixedWindowLimit window => Limit.FixedWindow(Part(window.Permits, share), window.Window),
            SlidingWindowLimit window => Limit.SlidingWindow(Part(window.Permits, share), window.Window),
            SlidingLogLimit log => Limit.SlidingLog(Part(log.Permits, share), log.Window),
            ConcurrencyLimit held => Limit.Concurrency(Part(held.Permits, share), held.LeaseTime),
            CompositeLimit all => Limit.AllOf([.. all.Limits.Select(one => Of(one, share))]),
            _ => limit,
        };
        return ReferenceEquals(part, limit) ? limit : part with { Name = limit.Name, Shadow = limit.Shadow };
    }

    /// <summary>Capacity and rate shrink alike: as many permits in a longer period. Null where the numbers leave their domain.</summary>
    private static Limit? Bucket(long capacity, Rate rate, double share, Func<long, Rate, Limit> create)
    {
        double micros = rate.Period.TotalMicroseconds / share;
        if (micros > LimitBounds.MaxPeriodMicros) return null;
        try
        {
            return create(Part(capacity, share), Rate.Per(rate.Permits, TimeSpan.FromMicroseconds(Math.Ceiling(micros))));
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static long Part(long permits, double share) => Math.Clamp((long)Math.Ceiling(permits * share), 1, permits);
}
