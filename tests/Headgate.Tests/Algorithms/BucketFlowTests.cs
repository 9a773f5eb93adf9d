using Headgate.Algorithms;

namespace Headgate.Tests.Algorithms;

/// <summary>The domain of a bucket, and what is said outside of it.</summary>
public class BucketFlowTests
{
    [Fact]
    public void A_capacity_beyond_the_product_is_refused_with_value_bound_and_remedy()
    {
        var rate = Rate.PerSecond(1_001);
        Assert.Equal(2_305_843_009_213, Limit.TokenBucket(2_305_843_009_213, rate).Capacity);
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => Limit.TokenBucket(2_305_843_009_214, rate));
        Assert.Equal(("capacity", 2_305_843_009_214L), (refused.ParamName, refused.ActualValue));
        Assert.StartsWith(
            "capacity is 2305843009214 with refill 1001/s, which is 1001 per 1000000 microseconds; capacity * 1000000 must be at most "
            + "2305843009213693952 and the bucket must fill within 36525 days. "
            + "Use a capacity of at most 2305843009213, or a refill that is faster or a rounder fraction.",
            refused.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_capacity_that_takes_more_than_a_century_to_fill_is_refused()
    {
        Assert.Equal(255_675, Limit.TokenBucket(255_675, Rate.PerDay(7)).Capacity);
        Assert.Throws<ArgumentOutOfRangeException>(() => Limit.TokenBucket(255_676, Rate.PerDay(7)));
        var rate = Rate.Per(1, TimeSpan.FromDays(36_525));
        Assert.Equal(1, Limit.LeakyBucket(1, rate).Capacity);
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => Limit.LeakyBucket(2, rate));
        Assert.Contains("Use a capacity of at most 1, or a leak that is faster", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void States_say_truly_whether_they_own_memory()
    {
        Assert.True(SlidingLog.OwnsMemory);
        Assert.True(Headgate.Algorithms.Concurrency.OwnsMemory);
        Assert.False(TokenBucket.OwnsMemory);
        Assert.False(LeakyBucket.OwnsMemory);
        Assert.False(FixedWindow.OwnsMemory);
        Assert.False(SlidingWindow.OwnsMemory);
    }
}
