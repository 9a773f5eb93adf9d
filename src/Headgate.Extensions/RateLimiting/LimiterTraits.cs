using System.Runtime.CompilerServices;

namespace Headgate.Extensions.RateLimiting;

/// <summary>What an adapter has to know of a limiter; found out once for each.</summary>
internal sealed class LimiterTraits
{
    private static readonly ConditionalWeakTable<Limiter, LimiterTraits> Known = [];

    private LimiterTraits(Limiter limiter)
    {
        AnswersAtOnce = IsInMemory(limiter);
        Holds = Any<ConcurrencyLimit>(limiter.Limit);
        Shapes = Any<LeakyBucketLimit>(limiter.Limit);
    }

    /// <summary>True if the store is in memory, so that a call that cannot wait may decide.</summary>
    public bool AnswersAtOnce { get; }

    /// <summary>True if permits are held until given back.</summary>
    public bool Holds { get; }

    /// <summary>True if admitted work may have to be held for a while.</summary>
    public bool Shapes { get; }

    public static LimiterTraits Of(Limiter limiter) => Known.GetValue(limiter, static one => new LimiterTraits(one));

    public static bool Any<TLimit>(Limit limit)
        where TLimit : Limit
    {
        if (limit is not CompositeLimit all) return limit is TLimit;
        for (int i = 0; i < all.Limits.Count; i++)
        {
            if (Any<TLimit>(all.Limits[i])) return true;
        }

        return false;
    }

    private static bool IsInMemory(Limiter limiter)
    {
        try
        {
            // A cost of 0 takes nothing and leaves nothing.
            limiter.Acquire("", 0);
            return true;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }
}
