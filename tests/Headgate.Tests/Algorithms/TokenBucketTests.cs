using Headgate.Algorithms;

namespace Headgate.Tests.Algorithms;

/// <summary>Worked numbers. Times in microseconds.</summary>
public class TokenBucketTests : IDisposable
{
    private const long Second = 1_000_000;
    private const long Now = 1_000 * Second;

    private readonly Subject _tenAtOneASecond = Subject.Create(Limit.TokenBucket(10, Rate.PerSecond(1)));

    public void Dispose()
    {
        _tenAtOneASecond.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_bucket_with_3_of_10_tokens_answers_as_the_documentation_of_decisions_says()
    {
        _tenAtOneASecond.Acquire(Now, 7);

        Verdict five = _tenAtOneASecond.Acquire(Now, 5);
        Assert.Equal((false, 3L, 2 * Second, 7 * Second), (five.Allowed, five.Remaining, five.RetryAfter, five.ResetAfter));
        Verdict two = _tenAtOneASecond.Acquire(Now, 2);
        Assert.Equal((true, 1L, 0L, 9 * Second), (two.Allowed, two.Remaining, two.RetryAfter, two.ResetAfter));
        Assert.Equal(0, two.Delay);
    }

    [Fact]
    public void Tokens_flow_back_continuously_and_no_higher_than_the_capacity()
    {
        _tenAtOneASecond.Acquire(Now, 10);
        Assert.Equal(0, _tenAtOneASecond.Peek(Now + Second - 1, 0).Remaining);
        Assert.Equal(1, _tenAtOneASecond.Peek(Now + Second, 0).Remaining);
        Assert.Equal(9, _tenAtOneASecond.Peek(Now + (10 * Second) - 1, 0).Remaining);
        Assert.Equal(10, _tenAtOneASecond.Peek(Now + (10 * Second), 0).Remaining);
        Assert.Equal(10, _tenAtOneASecond.Peek(Now + (1000 * Second), 0).Remaining);
    }

    [Fact]
    public void A_clock_that_is_behind_waits_for_the_last_charge()
    {
        _tenAtOneASecond.Acquire(Now, 4);

        Verdict verdict = _tenAtOneASecond.Acquire(Now - (3 * Second), 7);
        Assert.Equal((false, 6L, 4 * Second, 7 * Second), (verdict.Allowed, verdict.Remaining, verdict.RetryAfter, verdict.ResetAfter));
        verdict = _tenAtOneASecond.Acquire(Now - (3 * Second), 1);
        Assert.Equal((true, 5L, 8 * Second), (verdict.Allowed, verdict.Remaining, verdict.ResetAfter));
        Assert.Equal(Now, _tenAtOneASecond.Head.LastSeen);
    }

    [Fact]
    public void A_clock_that_is_behind_by_more_than_a_refill_is_believed_and_the_state_is_not()
    {
        _tenAtOneASecond.Acquire(Now, 10);
        Assert.False(_tenAtOneASecond.Peek(Now - (10 * Second), 1).Allowed);
        Assert.True(_tenAtOneASecond.Peek(Now - (10 * Second) - 1, 10).Allowed);
    }

    [Fact]
    public void Raising_or_lowering_the_capacity_keeps_what_was_consumed()
    {
        using var bucket = Subject.Create(Limit.TokenBucket(10, Rate.PerSecond(1)));
        bucket.Acquire(Now, 6);
        bucket.Change(Limit.TokenBucket(4, Rate.PerSecond(1)));
        Verdict overfull = bucket.Acquire(Now, 1);
        Assert.Equal((false, 0L, 3 * Second, 6 * Second), (overfull.Allowed, overfull.Remaining, overfull.RetryAfter, overfull.ResetAfter));
        Verdict nothing = bucket.Acquire(Now, 0);
        Assert.Equal((true, 0L, 0L, 6 * Second), (nothing.Allowed, nothing.Remaining, nothing.RetryAfter, nothing.ResetAfter));

        bucket.Change(Limit.TokenBucket(20, Rate.PerSecond(1)));
        Assert.Equal(14, bucket.Peek(Now, 0).Remaining);
        bucket.Change(Limit.TokenBucket(10, Rate.PerSecond(1)));
        Assert.Equal(4, bucket.Peek(Now, 0).Remaining);
    }

    [Fact]
    public void A_new_rate_drains_what_was_consumed_from_the_first_charge_on()
    {
        using var bucket = Subject.Create(Limit.TokenBucket(10, Rate.PerSecond(1)));
        bucket.Acquire(Now, 10);

        // Two seconds at the old rate leave 8 used; a peek settles nothing, a denial does.
        bucket.Change(Limit.TokenBucket(10, Rate.PerSecond(2)));
        Verdict peeked = bucket.Peek(Now + (2 * Second), 3);
        Assert.Equal((false, 2L, Second / 2, 4 * Second), (peeked.Allowed, peeked.Remaining, peeked.RetryAfter, peeked.ResetAfter));
        Assert.Equal(Now, bucket.Head.LastSeen);
        Verdict denied = bucket.Acquire(Now + (2 * Second), 3);
        Assert.Equal((false, 2L, Second / 2), (denied.Allowed, denied.Remaining, denied.RetryAfter));
        Assert.Equal((Now + (2 * Second), Now + (6 * Second)), (bucket.Head.LastSeen, bucket.Head.ForgetAt));
        Assert.False(bucket.Peek(Now + (2 * Second) + (Second / 2) - 1, 3).Allowed);
        Assert.True(bucket.Acquire(Now + (2 * Second) + (Second / 2), 3).Allowed);
    }

    [Fact]
    public void A_charge_of_0_settles_nothing()
    {
        using var bucket = Subject.Create(Limit.TokenBucket(9, Rate.Per(1, TimeSpan.FromSeconds(3))));
        bucket.Acquire(Now, 3);
        byte[] before = bucket.Snapshot();
        bucket.Change(Limit.TokenBucket(1, Rate.Per(11, TimeSpan.FromMilliseconds(1))));
        Assert.True(bucket.Acquire(Now + 42, 0).Allowed);
        Assert.Equal(before, bucket.Snapshot());
    }

    [Fact]
    public void What_was_consumed_at_another_rate_is_rounded_up_by_less_than_a_unit()
    {
        using var bucket = Subject.Create(Limit.TokenBucket(10, Rate.PerSecond(1)));
        bucket.Acquire(Now, 1);
        // Half a permit is left; at a permit a microsecond a unit is a whole permit.
        bucket.Change(Limit.TokenBucket(10, Rate.PerSecond(1_000_000)));
        Assert.Equal(9, bucket.Peek(Now + (Second / 2), 0).Remaining);
        Assert.Equal(9, bucket.Peek(Now + 1, 0).Remaining);
        Assert.Equal(10, bucket.Peek(Now + Second, 0).Remaining);
    }

    [Fact]
    public void What_was_consumed_is_cut_at_what_drains_in_2_to_the_52_microseconds()
    {
        Verdict denied = DeniedAfterChangingTo(Limit.TokenBucket(1, Rate.Per(1, TimeSpan.FromDays(36_525))));
        Assert.Equal((1L << 52, 1L << 52), (denied.ResetAfter, denied.RetryAfter));
    }

    [Fact]
    public void What_was_consumed_is_cut_at_2_to_the_62_units_of_the_new_rate()
    {
        const long Permits = 1_000_003;
        Verdict denied = DeniedAfterChangingTo(Limit.TokenBucket(1, Rate.Per(Permits, TimeSpan.FromDays(36_525))));
        Assert.Equal(((1L << 62) + Permits - 1) / Permits, denied.ResetAfter);
    }

    private static Verdict DeniedAfterChangingTo(Limit limit)
    {
        using var bucket = Subject.Create(Limit.TokenBucket(1_000_000_000_000_000, Rate.Per(1, TimeSpan.FromMicroseconds(1))));
        bucket.Acquire(Now, 1_000_000_000_000_000);
        bucket.Change(limit);
        Verdict denied = bucket.Acquire(Now, 1);
        Assert.False(denied.Allowed);
        return denied;
    }

    [Fact]
    public void A_refund_at_once_is_whole()
    {
        _tenAtOneASecond.Acquire(Now, 2);
        _tenAtOneASecond.Acquire(Now, 5);
        _tenAtOneASecond.Refund(Now, Now, 5);
        Assert.Equal(8, _tenAtOneASecond.Peek(Now, 0).Remaining);
        _tenAtOneASecond.Refund(Now, Now, 5);
        Assert.Equal(10, _tenAtOneASecond.Peek(Now, 0).Remaining);
    }

    [Fact]
    public void A_refund_gives_back_what_has_not_drained_since()
    {
        _tenAtOneASecond.Acquire(Now, 5);
        _tenAtOneASecond.Acquire(Now, 5);
        _tenAtOneASecond.Refund(Now + (2 * Second), Now, 5);
        // 8 were used, 3 of the 5 are outstanding.
        Assert.Equal(5, _tenAtOneASecond.Peek(Now + (2 * Second), 0).Remaining);
        Assert.Equal((Now + (2 * Second), Now + (7 * Second)), (_tenAtOneASecond.Head.LastSeen, _tenAtOneASecond.Head.ForgetAt));

        byte[] before = _tenAtOneASecond.Snapshot();
        _tenAtOneASecond.Refund(Now + (5 * Second), Now, 5);
        _tenAtOneASecond.Refund(Now + (3 * Second), Now, 0);
        _tenAtOneASecond.Refund(Now + (3 * Second), Now, -4);
        _tenAtOneASecond.Refund(Now + (7 * Second), Now + (7 * Second), 5);
        Assert.Equal(before, _tenAtOneASecond.Snapshot());
    }

    [Fact]
    public void A_refund_named_later_than_now_counts_as_made_now()
    {
        _tenAtOneASecond.Acquire(Now, 4);
        _tenAtOneASecond.Refund(Now, Now + Second, 3);
        Assert.Equal(9, _tenAtOneASecond.Peek(Now, 0).Remaining);
    }

    [Fact]
    public void A_refund_of_the_largest_cost_does_not_wrap()
    {
        _tenAtOneASecond.Acquire(Now, 4);
        _tenAtOneASecond.Refund(Now + Second, 0, long.MaxValue);
        Assert.Equal(10, _tenAtOneASecond.Peek(Now + Second, 0).Remaining);
    }
}
