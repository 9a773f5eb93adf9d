using Headgate.Algorithms;

namespace Headgate.Tests.Algorithms;

/// <summary>Worked numbers: ten in a thousand microseconds.</summary>
public sealed class SlidingLogTests : IDisposable
{
    private readonly Subject _limit = Subject.Create(Log(10, 1_000));

    public void Dispose() => _limit.Dispose();

    [Fact]
    public void Every_charge_leaves_the_window_on_its_own()
    {
        _limit.Acquire(2_000, 4);
        Verdict second = _limit.Acquire(2_300, 5);
        Assert.Equal((true, 1L, 0L, 1_000L), (second.Allowed, second.Remaining, second.RetryAfter, second.ResetAfter));

        Verdict denied = _limit.Acquire(2_400, 2);
        Assert.Equal((false, 1L, 600L, 900L, 0L), (denied.Allowed, denied.Remaining, denied.RetryAfter, denied.ResetAfter, denied.Delay));
        Assert.Equal(900, _limit.Acquire(2_400, 6).RetryAfter);
        Assert.Equal(1, _limit.Peek(2_999, 0).Remaining);
        Assert.Equal(5, _limit.Peek(3_000, 0).Remaining);
        Assert.Equal(10, _limit.Peek(3_300, 0).Remaining);
        Assert.Equal((2_300, 3_300), (_limit.Head.LastSeen, _limit.Head.ForgetAt));
    }

    [Fact]
    public void A_peek_of_nothing_and_an_impossible_charge_tell_the_state()
    {
        Assert.Equal((10L, 0L, 0L), Figures(_limit.Acquire(2_300, 0)));
        Assert.Equal((10L, 0L, Verdict.Never), Figures(_limit.Acquire(2_300, 11)));
        _limit.Acquire(2_300, 10);
        Assert.Equal((0L, 900L, 0L), Figures(_limit.Acquire(2_400, 0)));
        Assert.Equal((0L, 900L, Verdict.Never), Figures(_limit.Acquire(2_400, 11)));
        Assert.Equal((10L, 0L, Verdict.Never), Figures(_limit.Acquire(3_300, 11)));
    }

    [Fact]
    public void The_ring_wraps_grows_and_forgets_and_stays_exact()
    {
        using var limit = Subject.Create(Log(1_000_000, 1_000));
        Queue<(long Time, long Cost)> books = new();
        long sum = 0;
        long now = 10_000;
        for (long i = 0; i < 3_000; i++)
        {
            // Few at a time, then hundreds: the ring of four grows with its head in the middle.
            now += i < 1_000 ? 310 : i % 7 == 0 ? 13 : 1;
            long cost = 1 + (i % 5);
            while (books.Count > 0 && books.Peek().Time <= now - 1_000) sum -= books.Dequeue().Cost;
            books.Enqueue((now, cost));
            sum += cost;
            Verdict verdict = limit.Acquire(now, cost);
            Assert.Equal((true, 1_000_000 - sum, 1_000L), (verdict.Allowed, verdict.Remaining, verdict.ResetAfter));
            long expected = books.Peek().Time + 1_000 - now;
            Assert.Equal(expected, limit.Peek(now, 1_000_000 - sum + 1).RetryAfter);
        }
    }

    [Fact]
    public void Charges_of_one_microsecond_are_one_entry()
    {
        for (int i = 0; i < 10; i++) Assert.Equal(9 - i, _limit.Acquire(2_000, 1).Remaining);
        Assert.Equal(32 + 16 + (4 * 16), _limit.Snapshot().Length);
        Assert.Equal(1_000, _limit.Peek(2_000, 10).RetryAfter);
    }

    [Fact]
    public void A_clock_that_is_behind_by_up_to_a_window_counts_on_and_one_that_is_further_behind_anew()
    {
        _limit.Acquire(2_000, 4);
        _limit.Acquire(2_300, 5);
        Verdict behind = _limit.Acquire(1_300, 1);
        Assert.Equal((true, 0L, 2_000L), (behind.Allowed, behind.Remaining, behind.ResetAfter));
        Assert.Equal(2_300, _limit.Head.LastSeen);
        Assert.Equal((0L, 2_000L, 2_000L), Figures(_limit.Acquire(1_300, 5)));
        Assert.Equal((10L, 0L, 0L), Figures(_limit.Peek(1_299, 10)));
        Assert.True(_limit.Acquire(1_299, 10).Allowed);
        Assert.Equal((0L, 1_000L, 0L), Figures(_limit.Peek(1_299, 0)));
    }

    [Fact]
    public void A_longer_window_counts_what_is_in_the_log_until_the_log_s_own_end()
    {
        _limit.Acquire(2_000, 4);
        _limit.Acquire(2_300, 5);
        _limit.Change(Log(10, 100_000));
        Verdict denied = _limit.Acquire(3_100, 2);
        Assert.Equal((false, 1L, 200L, 200L), (denied.Allowed, denied.Remaining, denied.RetryAfter, denied.ResetAfter));
        Assert.Equal(200, _limit.Acquire(3_100, 0).ResetAfter);
        Assert.True(_limit.Peek(3_300, 10).Allowed);
    }

    [Fact]
    public void A_shorter_window_lets_go_at_once()
    {
        _limit.Acquire(2_000, 4);
        _limit.Acquire(2_300, 5);
        _limit.Change(Log(10, 200));
        Assert.Equal((5L, 100L, 100L), Figures(_limit.Acquire(2_400, 6)));
        Assert.Equal((5L, 100L, 0L), Figures(_limit.Acquire(2_400, 0)));
    }

    [Fact]
    public void A_refund_comes_off_the_charge_of_that_time()
    {
        _limit.Acquire(2_000, 4);
        _limit.Acquire(2_300, 3);
        _limit.Acquire(2_400, 2);
        _limit.Refund(2_500, 2_300, 2);
        Assert.Equal(3, _limit.Peek(2_500, 0).Remaining);
        _limit.Refund(2_500, 2_301, 1);
        _limit.Refund(2_500, 1_000, 1);
        _limit.Refund(2_500, 2_300, 0);
        _limit.Refund(2_500, 2_300, -1);
        Assert.Equal(3, _limit.Peek(2_500, 0).Remaining);
        _limit.Refund(2_500, 2_300, 40);
        Assert.Equal(4, _limit.Peek(2_500, 0).Remaining);
        // What has left the window has nothing outstanding.
        _limit.Refund(3_000, 2_000, 4);
        Assert.Equal(8, _limit.Peek(3_000, 0).Remaining);
        Assert.Equal((8L, 400L, 400L), Figures(_limit.Acquire(3_000, 10)));
    }

    [Fact]
    public void After_a_refund_the_reset_time_is_that_of_the_last_charge_that_counts()
    {
        _limit.Acquire(2_000, 1);
        _limit.Acquire(2_100, 1);
        _limit.Acquire(2_200, 1);
        _limit.Refund(2_200, 2_100, 1);
        Assert.Equal((8L, 1_000L, 0L), Figures(_limit.Peek(2_200, 0)));
        _limit.Refund(2_200, 2_200, 1);
        Assert.Equal((9L, 800L, 0L), Figures(_limit.Peek(2_200, 0)));
        Assert.Equal((9L, 800L, Verdict.Never), Figures(_limit.Peek(2_200, 11)));
        _limit.Refund(2_200, 2_000, 1);
        Assert.Equal((10L, 0L, 0L), Figures(_limit.Peek(2_200, 0)));
        Assert.Equal((9L, 1_000L, 0L), Figures(_limit.Acquire(2_200, 1)));
    }

    [Fact]
    public void A_log_that_was_refunded_whole_begins_anew()
    {
        for (long i = 0; i < 4; i++) _limit.Acquire(2_000 + i, 1);
        for (long i = 3; i >= 0; i--) _limit.Refund(2_003, 2_000 + i, 1);
        Assert.Equal((10L, 0L, 0L), Figures(_limit.Peek(2_003, 0)));

        _limit.Acquire(2_003, 4);
        _limit.Acquire(2_004, 3);
        Assert.Equal((3L, 1_000L, 0L), Figures(_limit.Peek(2_004, 0)));
        Assert.Equal((7L, 1L, 1L), Figures(_limit.Peek(3_003, 8)));
    }

    private static (long Remaining, long ResetAfter, long RetryAfter) Figures(Verdict verdict) =>
        (verdict.Remaining, verdict.ResetAfter, verdict.RetryAfter);

    private static SlidingLogLimit Log(long permits, long micros) => Limit.SlidingLog(permits, TimeSpan.FromMicroseconds(micros));
}
