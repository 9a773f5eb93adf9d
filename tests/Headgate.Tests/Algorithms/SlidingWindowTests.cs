using Headgate.Algorithms;

namespace Headgate.Tests.Algorithms;

/// <summary>Worked numbers: ten in a thousand microseconds.</summary>
public class SlidingWindowTests
{
    private readonly Subject _limit = Subject.Create(Window(10, 1_000));

    [Fact]
    public void The_window_before_counts_by_the_share_that_is_still_covered()
    {
        _limit.Acquire(2_900, 10);
        Verdict denied = _limit.Acquire(2_900, 1);
        // In [3000, 4000) the ten weigh 10 * (1000 - elapsed) / 1000: nine at 3100.
        Assert.Equal((false, 0L, 200L, 1_100L, 0L), (denied.Allowed, denied.Remaining, denied.RetryAfter, denied.ResetAfter, denied.Delay));
        Assert.False(_limit.Peek(3_099, 1).Allowed);
        Verdict one = _limit.Acquire(3_100, 1);
        Assert.Equal((true, 0L, 1_900L), (one.Allowed, one.Remaining, one.ResetAfter));

        Verdict later = _limit.Acquire(3_550, 3);
        // 4.5 weigh 5 whole permits, one is used: 4 remained.
        Assert.Equal((true, 1L), (later.Allowed, later.Remaining));
        Assert.Equal((3_550, 5_000), (_limit.Head.LastSeen, _limit.Head.ForgetAt));
    }

    [Fact]
    public void A_denial_that_this_window_cannot_cure_waits_into_the_next()
    {
        _limit.Acquire(2_000, 2);
        _limit.Acquire(3_500, 8);
        // Eight are used in this window: five more come when the eight have faded to five, 375 into the next.
        Verdict denied = _limit.Acquire(3_500, 5);
        Assert.Equal((false, 1L, 875L, 1_500L), (denied.Allowed, denied.Remaining, denied.RetryAfter, denied.ResetAfter));
        // Two come as soon as the window before has faded to nothing.
        Assert.Equal(500, _limit.Peek(3_500, 2).RetryAfter);
    }

    [Fact]
    public void A_peek_of_nothing_and_an_impossible_charge_tell_the_state()
    {
        Verdict never = _limit.Acquire(2_300, 0);
        Assert.Equal((true, 10L, 0L), (never.Allowed, never.Remaining, never.ResetAfter));
        never = _limit.Acquire(2_300, 11);
        Assert.Equal((false, 10L, Verdict.Never, 0L), (never.Allowed, never.Remaining, never.RetryAfter, never.ResetAfter));
        _limit.Acquire(2_300, 10);
        Assert.Equal(1_700, _limit.Acquire(2_300, 0).ResetAfter);
        Assert.Equal(500, _limit.Acquire(3_500, 0).ResetAfter);
        Assert.Equal((5L, 500L, Verdict.Never), Figures(_limit.Acquire(3_500, 11)));
        Assert.Equal((10L, 0L, 0L), Figures(_limit.Acquire(4_000, 0)));
    }

    [Fact]
    public void A_clock_that_is_behind_by_up_to_two_windows_counts_on_and_one_that_is_further_behind_anew()
    {
        _limit.Acquire(4_300, 10);
        Verdict behind = _limit.Acquire(2_300, 1);
        Assert.Equal((false, 0L, 2_800L, 3_700L), (behind.Allowed, behind.Remaining, behind.RetryAfter, behind.ResetAfter));
        Assert.True(_limit.Acquire(2_299, 10).Allowed);
        Assert.Equal((2_299, 4_000), (_limit.Head.LastSeen, _limit.Head.ForgetAt));
    }

    [Fact]
    public void Under_a_longer_window_the_counts_end_when_they_would_have()
    {
        _limit.Acquire(2_350, 10);
        _limit.Change(Window(10, 10_000));
        Verdict denied = _limit.Acquire(2_360, 1);
        Assert.Equal((false, 1_640L, 1_640L), (denied.Allowed, denied.RetryAfter, denied.ResetAfter));
        Assert.Equal(1_640, _limit.Acquire(2_360, 0).ResetAfter);
        Assert.True(_limit.Peek(4_000, 10).Allowed);
    }

    [Fact]
    public void Under_a_shorter_window_the_counts_fade_by_it()
    {
        _limit.Acquire(2_350, 10);
        _limit.Change(Window(10, 300));
        // [2100, 2400) has the charge; it fades over [2400, 2700).
        Assert.Equal((0L, 340L, 0L), Figures(_limit.Acquire(2_360, 0)));
        Verdict denied = _limit.Acquire(2_360, 1);
        Assert.Equal((false, 70L, 340L), (denied.Allowed, denied.RetryAfter, denied.ResetAfter));
        Assert.Equal(10, _limit.Peek(2_700, 0).Remaining);
    }

    [Fact]
    public void Both_counts_move_with_a_change_of_the_window()
    {
        _limit.Acquire(2_900, 6);
        _limit.Acquire(3_100, 1);
        _limit.Change(Window(10, 500));
        // The last charge is in [3000, 3500), the six in the window before it: at 3250 they weigh 3.
        Assert.Equal(6, _limit.Peek(3_250, 0).Remaining);
        // In [3500, 4000) only the one is left to fade.
        Assert.Equal(9, _limit.Peek(3_500, 0).Remaining);
        Assert.Equal(10, _limit.Peek(4_000, 0).Remaining);
    }

    [Fact]
    public void A_refund_counts_in_the_window_of_the_charge()
    {
        _limit.Acquire(2_300, 6);
        _limit.Acquire(3_000, 3);
        _limit.Refund(3_500, 2_300, 2);
        // Four of the window before weigh two, three are of this one.
        Assert.Equal(5, _limit.Peek(3_500, 0).Remaining);
        _limit.Refund(3_500, 3_000, 1);
        Assert.Equal(6, _limit.Peek(3_500, 0).Remaining);
        _limit.Refund(3_500, 2_000, 40);
        Assert.Equal(8, _limit.Peek(3_500, 0).Remaining);
        _limit.Refund(3_500, 1_999, 40);
        _limit.Refund(3_500, 3_000, 0);
        _limit.Refund(3_500, 3_000, -1);
        Assert.Equal(8, _limit.Peek(3_500, 0).Remaining);
        _limit.Refund(3_500, 3_400, 40);
        Assert.Equal((10L, 0L, 0L), Figures(_limit.Peek(3_500, 0)));
        Assert.Equal((3_500, 5_000), (_limit.Head.LastSeen, _limit.Head.ForgetAt));
    }

    [Fact]
    public void A_refund_in_the_window_after_does_not_prolong_the_state()
    {
        _limit.Acquire(2_300, 6);
        _limit.Refund(3_500, 2_300, 2);
        Assert.Equal((3_500, 4_000), (_limit.Head.LastSeen, _limit.Head.ForgetAt));
        Assert.Equal((8L, 500L, 0L), Figures(_limit.Peek(3_500, 0)));

        byte[] before = _limit.Snapshot();
        _limit.Refund(4_000, 2_300, 2);
        Assert.Equal(before, _limit.Snapshot());
    }

    [Fact]
    public void The_weight_of_the_window_before_is_exact_beyond_64_bits()
    {
        const long century = 36_525L * 86_400_000_000;
        using var limit = Subject.Create(Limit.SlidingWindow(1_000_000_000_000_000, TimeSpan.FromDays(36_525)));
        limit.Acquire(century - 1, 1_000_000_000_000_000);
        // One microsecond in, 10^15 / 3.15576 * 10^15 of a permit is free: none. A permit is free after 3.15576 microseconds.
        Assert.Equal(0, limit.Peek(century + 3, 0).Remaining);
        Assert.Equal(1, limit.Peek(century + 4, 0).Remaining);
        Assert.Equal(5, limit.Peek(century - 1, 1).RetryAfter);
        Assert.Equal(500_000_000_000_000, limit.Peek(century + (century / 2), 0).Remaining);
    }

    [Fact]
    public void The_weight_of_the_window_before_is_exact_between_63_and_64_bits()
    {
        using var limit = Subject.Create(Limit.SlidingWindow(1_000_000_000_000_000, TimeSpan.FromMilliseconds(10)));
        limit.Acquire(9_999, 1_000_000_000_000_000);
        // 10^15 times the 9,500 microseconds left is 9.5 * 10^18.
        Assert.Equal(50_000_000_000_000, limit.Peek(10_500, 0).Remaining);
        Assert.Equal(100_000_000_000, limit.Peek(10_001, 0).Remaining);
        Assert.Equal(900_000_000_000_000, limit.Peek(19_000, 0).Remaining);
    }

    [Fact]
    public void A_refund_of_nothing_leaves_every_byte_as_it_is()
    {
        _limit.Acquire(2_300, 6);
        byte[] before = _limit.Snapshot();
        _limit.Refund(2_600, 2_300, 0);
        _limit.Refund(3_600, 2_300, -1);
        Assert.Equal(before, _limit.Snapshot());
    }

    [Fact]
    public void Fewer_permits_than_were_used_leave_none_and_never_less()
    {
        _limit.Acquire(2_300, 9);
        _limit.Change(Window(4, 1_000));
        Assert.Equal((0L, 1_700L, 0L), Figures(_limit.Acquire(2_300, 0)));
        Assert.Equal((0L, 1_700L), (_limit.Acquire(2_300, 1).Remaining, _limit.Acquire(2_300, 4).ResetAfter));
    }

    private static (long Remaining, long ResetAfter, long RetryAfter) Figures(Verdict verdict) =>
        (verdict.Remaining, verdict.ResetAfter, verdict.RetryAfter);

    private static SlidingWindowLimit Window(long permits, long micros) => Limit.SlidingWindow(permits, TimeSpan.FromMicroseconds(micros));
}
