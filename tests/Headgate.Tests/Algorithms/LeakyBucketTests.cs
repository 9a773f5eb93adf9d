using Headgate.Algorithms;

namespace Headgate.Tests.Algorithms;

public class LeakyBucketTests
{
    private const long Second = 1_000_000;
    private const long Now = 1_000 * Second;

    [Fact]
    public void Work_released_after_its_delay_leaves_at_exactly_the_leak_rate()
    {
        using var bucket = Subject.Create(Limit.LeakyBucket(5, Rate.PerSecond(3)));
        long[] releases = [.. Enumerable.Range(0, 5).Select(_ => bucket.Acquire(Now, 1).Delay)];
        Assert.Equal([0, 333_334, 666_667, 1_000_000, 1_333_334], releases);

        Verdict sixth = bucket.Acquire(Now, 1);
        Assert.Equal((false, 0L, 333_334L, 0L), (sixth.Allowed, sixth.Remaining, sixth.RetryAfter, sixth.Delay));
        Assert.Equal(1_333_333, bucket.Acquire(Now + 333_334, 1).Delay);
    }

    [Fact]
    public void The_delay_counts_from_a_clock_that_is_behind()
    {
        using var bucket = Subject.Create(Limit.LeakyBucket(10, Rate.PerSecond(1)));
        Assert.Equal(0, bucket.Acquire(Now, 2).Delay);
        Assert.Equal(5 * Second, bucket.Acquire(Now - (3 * Second), 1).Delay);
    }

    [Fact]
    public void It_admits_and_refunds_as_a_token_bucket_does()
    {
        using var bucket = Subject.Create(Limit.LeakyBucket(10, Rate.PerSecond(1)));
        bucket.Acquire(Now, 10);
        Verdict denied = bucket.Acquire(Now + Second, 2);
        Assert.Equal((false, 1L, Second, 9 * Second, 0L), (denied.Allowed, denied.Remaining, denied.RetryAfter, denied.ResetAfter, denied.Delay));
        bucket.Refund(Now + Second, Now, 4);
        Assert.Equal(4, bucket.Peek(Now + Second, 0).Remaining);
    }
}
