using System.Numerics;
using Headgate.Algorithms;
using Headgate.Conformance.Generation;

namespace Headgate.Tests.Algorithms;

/// <summary>Law 9: no drift, no overflow.</summary>
public class DriftLaws
{
    private const long Second = 1_000_000;
    private const long Start = 1_767_225_600 * Second;

    public static TheoryData<string> Buckets =>
    [
        "token_bucket(capacity=1000000, refill=1/3s)",
        "leaky_bucket(capacity=1000000, leak=1/3s)",
    ];

    /// <summary>Takes all there is at odd times, never so late that the bucket is full: nothing may be lost, nothing gained.</summary>
    [Theory]
    [MemberData(nameof(Buckets))]
    public void One_permit_in_three_seconds_for_10_to_the_9_seconds_admits_exactly_a_third_of_that_and_the_burst(string text)
    {
        const long duration = 1_000_000_000 * Second;
        var limit = Limit.Parse(text);
        using var bucket = Subject.Create(limit);
        long admitted = 0;
        long step = 1;
        for (long elapsed = 0; elapsed <= duration;)
        {
            long all = bucket.Peek(Start + elapsed, 0).Remaining;
            Assert.True(bucket.Acquire(Start + elapsed, all).Allowed);
            admitted += all;
            if (elapsed == duration) break;
            // 1, 8, 57, ... microseconds up to some weeks, then over again.
            step = step > 400_000 * Second ? 1 + (step % 1009) : (step * 7) + 1;
            elapsed = Math.Min(duration, elapsed + step);
        }

        Assert.Equal((1_000_000_000 / 3) + 1_000_000, admitted);
    }

    [Theory]
    [InlineData("token_bucket(capacity=1, refill=1/3s)")]
    [InlineData("token_bucket(capacity=1, refill=7/day)")]
    [InlineData("token_bucket(capacity=1, refill=3/7us)")]
    [InlineData("leaky_bucket(capacity=1, leak=999983/s)")]
    [InlineData("token_bucket(capacity=1, refill=4294967295/1000003us)")]
    public void The_nth_permit_comes_at_n_emission_intervals_rounded_up_however_many_came_before(string text)
    {
        var limit = Limit.Parse(text);
        Rate rate = limit is TokenBucketLimit tokens ? tokens.Refill : ((LeakyBucketLimit)limit).Leak;
        using var bucket = Subject.Create(limit);
        Assert.True(bucket.Acquire(Start, 1).Allowed);
        // A bucket of one is drained by the time the next is taken, so the interval starts anew at a whole microsecond: no sum of roundings.
        long interval = (long)Ceiling((BigInteger)rate.Period.Ticks / 10, rate.Permits);
        long now = Start;
        for (int i = 0; i < 20_000; i++)
        {
            now += bucket.Acquire(now, 1).RetryAfter;
            Assert.True(bucket.Acquire(now, 1).Allowed);
        }

        Assert.Equal(Start + (20_000 * interval), now);
    }

    /// <summary>With room for two the fractions of a microsecond are kept: n permits take n intervals, rounded up once.</summary>
    [Theory]
    [InlineData("token_bucket(capacity=2, refill=3/7us)", 3, 7)]
    [InlineData("leaky_bucket(capacity=2, leak=3/10us)", 3, 10)]
    [InlineData("token_bucket(capacity=2, refill=999983/s)", 999_983, 1_000_000)]
    public void Fractions_of_a_microsecond_are_never_lost(string text, long permits, long period)
    {
        using var bucket = Subject.Create(Limit.Parse(text));
        bucket.Acquire(Start, 2);
        long now = Start;
        for (int n = 1; n <= 30_000; n++)
        {
            now += bucket.Peek(now, 1).RetryAfter;
            Assert.True(bucket.Acquire(now, 1).Allowed);
            Assert.Equal(Start + (long)Ceiling((BigInteger)n * period, permits), now);
        }
    }

    /// <summary>The ends of the domain, late in time: whatever a constructor accepts is computed without wrapping.</summary>
    [Theory]
    [InlineData("token_bucket(capacity=1000000000000000, refill=1000000000000000/s)")]
    [InlineData("token_bucket(capacity=2305836091705, refill=4294967295/1000003us)")]
    [InlineData("leaky_bucket(capacity=730, leak=1/3155760000000000us)", false)]
    [InlineData("token_bucket(capacity=1, refill=1/36525d)")]
    [InlineData("fixed_window(permits=1000000000000000, window=36525d)")]
    [InlineData("sliding_window(permits=1000000000000000, window=36525d)")]
    [InlineData("sliding_window(permits=1000000000000000, window=3155759999999999us)")]
    [InlineData("sliding_log(permits=1000000, window=36525d)")]
    [InlineData("concurrency(permits=1000000000000000, lease=36525d)")]
    public void Nothing_wraps_at_the_ends_of_the_domain(string text, bool accepted = true)
    {
        Assert.Equal(accepted, Limit.TryParse(text, out Limit? limit));
        if (limit is null) return;
        Scale scale = Scale.Of(limit);
        const long late = 1L << 55;
        using var subject = Subject.Create(limit);
        Assert.True(subject.Acquire(late, scale.All).Allowed);
        foreach (long cost in new[] { 1, scale.All, long.MaxValue })
        {
            foreach (long now in new[] { late, late + 1, late + (scale.Recovery / 2) })
            {
                Verdict verdict = subject.Acquire(now, cost);
                Assert.InRange(verdict.Remaining, 0, scale.All);
                Assert.InRange(verdict.ResetAfter, 0, 2 * scale.Recovery);
                if (cost <= scale.All) Assert.InRange(verdict.RetryAfter, 0, 2 * scale.Recovery);
                else Assert.Equal((false, Verdict.Never), (verdict.Allowed, verdict.RetryAfter));
            }
        }
    }

    private static BigInteger Ceiling(BigInteger dividend, BigInteger divisor) => (dividend + divisor - 1) / divisor;
}
