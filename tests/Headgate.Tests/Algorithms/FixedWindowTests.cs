using Headgate.Algorithms;

namespace Headgate.Tests.Algorithms;

/// <summary>Worked numbers: ten in a thousand microseconds.</summary>
public class FixedWindowTests
{
    private readonly Subject _limit = Subject.Create(Window(10, 1_000));

    [Fact]
    public void Counts_in_aligned_windows()
    {
        Verdict first = _limit.Acquire(2_300, 6);
        Assert.Equal((true, 4L, 0L, 700L), (first.Allowed, first.Remaining, first.RetryAfter, first.ResetAfter));
        Verdict denied = _limit.Acquire(2_999, 5);
        Assert.Equal((false, 4L, 1L, 1L, 0L), (denied.Allowed, denied.Remaining, denied.RetryAfter, denied.ResetAfter, denied.Delay));
        Assert.Equal(0, _limit.Acquire(2_999, 4).Remaining);
        Assert.Equal((2_999, 3_000), (_limit.Head.LastSeen, _limit.Head.ForgetAt));

        Verdict next = _limit.Acquire(3_000, 10);
        Assert.Equal((true, 0L, 1_000L), (next.Allowed, next.Remaining, next.ResetAfter));
    }

    [Fact]
    public void A_peek_of_nothing_tells_the_state()
    {
        Verdict never = _limit.Acquire(2_300, 0);
        Assert.Equal((true, 10L, 0L), (never.Allowed, never.Remaining, never.ResetAfter));
        _limit.Acquire(2_300, 10);
        Verdict spent = _limit.Acquire(2_400, 0);
        Assert.Equal((true, 0L, 600L, 0L), (spent.Allowed, spent.Remaining, spent.ResetAfter, spent.RetryAfter));
    }

    [Fact]
    public void An_impossible_charge_tells_the_state_too()
    {
        Verdict never = _limit.Acquire(2_300, 11);
        Assert.Equal((false, 10L, Verdict.Never, 0L), (never.Allowed, never.Remaining, never.RetryAfter, never.ResetAfter));
        _limit.Acquire(2_300, 4);
        never = _limit.Acquire(2_300, 11);
        Assert.Equal((false, 6L, Verdict.Never, 700L), (never.Allowed, never.Remaining, never.RetryAfter, never.ResetAfter));
    }

    [Fact]
    public void A_clock_that_is_behind_by_up_to_a_window_counts_on_and_one_that_is_further_behind_anew()
    {
        _limit.Acquire(2_300, 10);
        Verdict behind = _limit.Acquire(1_300, 1);
        Assert.Equal((false, 0L, 1_700L, 1_700L), (behind.Allowed, behind.Remaining, behind.RetryAfter, behind.ResetAfter));
        Assert.True(_limit.Peek(1_299, 10).Allowed);
        Verdict anew = _limit.Acquire(1_299, 10);
        Assert.Equal((true, 701L), (anew.Allowed, anew.ResetAfter));
    }

    [Fact]
    public void A_shorter_window_lets_go_when_the_last_charge_is_out_of_it()
    {
        _limit.Acquire(2_350, 10);
        _limit.Change(Window(10, 300));
        // [2100, 2400) has the last charge in it.
        Verdict denied = _limit.Acquire(2_360, 1);
        Assert.Equal((false, 40L, 40L), (denied.Allowed, denied.RetryAfter, denied.ResetAfter));
        Assert.Equal(40, _limit.Acquire(2_360, 0).ResetAfter);
        Assert.True(_limit.Peek(2_400, 10).Allowed);
    }

    [Fact]
    public void A_longer_window_lets_go_when_the_window_counted_in_has_ended()
    {
        _limit.Acquire(2_350, 10);
        _limit.Change(Window(10, 10_000));
        Verdict denied = _limit.Acquire(2_360, 1);
        Assert.Equal((false, 640L, 640L), (denied.Allowed, denied.RetryAfter, denied.ResetAfter));
        // The state's own end, not the longer window's.
        Assert.Equal(640, _limit.Acquire(2_360, 0).ResetAfter);
        Assert.True(_limit.Acquire(3_000, 10).Allowed);
        Assert.Equal(10_000, _limit.Head.ForgetAt);
    }

    [Fact]
    public void Fewer_permits_than_were_used_leave_none_and_never_less()
    {
        _limit.Acquire(2_300, 9);
        _limit.Change(Window(4, 1_000));
        Verdict verdict = _limit.Acquire(2_300, 0);
        Assert.Equal((true, 0L, 700L), (verdict.Allowed, verdict.Remaining, verdict.ResetAfter));
        verdict = _limit.Acquire(2_300, 1);
        Assert.Equal((false, 0L, 700L), (verdict.Allowed, verdict.Remaining, verdict.RetryAfter));
    }

    [Fact]
    public void A_refund_counts_in_the_window_of_the_charge_only()
    {
        _limit.Acquire(2_300, 4);
        _limit.Acquire(2_500, 3);
        _limit.Refund(2_600, 2_300, 3);
        Assert.Equal(6, _limit.Peek(2_600, 0).Remaining);
        _limit.Refund(2_600, 1_999, 3);
        _limit.Refund(2_600, 2_300, 0);
        _limit.Refund(2_600, 2_300, -1);
        Assert.Equal(6, _limit.Peek(2_600, 0).Remaining);
        _limit.Refund(2_600, 2_000, 40);
        Verdict empty = _limit.Peek(2_600, 0);
        Assert.Equal((10L, 0L), (empty.Remaining, empty.ResetAfter));
        _limit.Refund(2_600, 2_500, 1);
        Assert.Equal(10, _limit.Peek(2_600, 0).Remaining);
    }

    private static FixedWindowLimit Window(long permits, long micros) => Limit.FixedWindow(permits, TimeSpan.FromMicroseconds(micros));
}
