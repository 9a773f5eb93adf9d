using Headgate.Algorithms;

namespace Headgate.Tests.Algorithms;

/// <summary>Worked numbers: ten, held for a thousand microseconds.</summary>
public sealed class ConcurrencyTests : IDisposable
{
    private readonly Subject _limit = Subject.Create(Held(10, 1_000));

    public void Dispose() => _limit.Dispose();

    [Fact]
    public void Permits_are_held_until_released_or_expired()
    {
        Verdict first = _limit.Acquire(2_000, 4, lease: 1);
        Assert.Equal((true, 6L, 0L, 1_000L), (first.Allowed, first.Remaining, first.RetryAfter, first.ResetAfter));
        _limit.Acquire(2_300, 5, lease: 2);
        Verdict denied = _limit.Acquire(2_400, 2, lease: 3);
        Assert.Equal((false, 1L, 600L, 900L, 0L), (denied.Allowed, denied.Remaining, denied.RetryAfter, denied.ResetAfter, denied.Delay));
        Assert.Equal(900, _limit.Peek(2_400, 6).RetryAfter);

        Assert.True(_limit.Release(2_500, 2));
        Assert.Equal((6L, 500L, 0L), Figures(_limit.Peek(2_500, 0)));
        Assert.False(_limit.Release(2_500, 2));
        Assert.False(_limit.Release(2_500, 3));
        Assert.False(_limit.Release(2_500, 0));
        Assert.False(_limit.Release(3_000, 1));
        Assert.Equal((10L, 0L, 0L), Figures(_limit.Peek(3_000, 0)));
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
    public void A_renewed_lease_runs_for_a_whole_lease_time()
    {
        _limit.Acquire(2_000, 4, lease: 1);
        _limit.Acquire(2_100, 4, lease: 2);
        Assert.True(_limit.Renew(2_900, 1));
        Assert.Equal((2_900, 3_900), (_limit.Head.LastSeen, _limit.Head.ForgetAt));
        Assert.Equal((2L, 1_000L, 200L), Figures(_limit.Peek(2_900, 6)));
        Assert.Equal(6, _limit.Peek(3_100, 0).Remaining);
        Assert.False(_limit.Renew(3_100, 2));
        Assert.False(_limit.Renew(3_100, 3));
        Assert.True(_limit.Renew(3_899, 1));
        Assert.False(_limit.Renew(4_899, 1));
        Assert.False(_limit.Renew(9_000, 1));
    }

    [Fact]
    public void A_clock_that_is_behind_by_up_to_a_lease_time_counts_on_and_one_that_is_further_behind_anew()
    {
        _limit.Acquire(2_300, 9, lease: 1);
        Assert.Equal((0L, 2_000L, 0L), Figures(_limit.Acquire(1_300, 1, lease: 2)));
        Assert.Equal(2_300, _limit.Head.LastSeen);
        Assert.Equal((0L, 2_000L, 2_000L), Figures(_limit.Peek(1_300, 1)));
        Assert.True(_limit.Renew(1_300, 1));
        Assert.Equal((2_300, 3_300), (_limit.Head.LastSeen, _limit.Head.ForgetAt));
        Assert.False(_limit.Release(1_299, 1));
        Assert.False(_limit.Renew(1_299, 1));
        Assert.Equal((0L, 1_000L, 0L), Figures(_limit.Acquire(1_299, 10, lease: 3)));
        Assert.False(_limit.Release(1_299, 1));
        Assert.True(_limit.Release(1_299, 3));
    }

    [Fact]
    public void A_shorter_lease_time_holds_for_new_leases_and_the_longest_decides_the_reset()
    {
        _limit.Acquire(2_000, 4, lease: 1);
        _limit.Change(Held(10, 100));
        Assert.Equal((1L, 900L, 0L), Figures(_limit.Acquire(2_100, 5, lease: 2)));
        Assert.Equal(3_000, _limit.Head.ForgetAt);
        Assert.Equal((1L, 900L, 100L), Figures(_limit.Peek(2_100, 6)));
        Assert.Equal(6, _limit.Peek(2_200, 0).Remaining);
        Assert.True(_limit.Renew(2_200, 1));
        Assert.Equal(2_300, _limit.Head.ForgetAt);
    }

    [Fact]
    public void Fewer_permits_than_are_held_admit_nobody_until_enough_are_back()
    {
        _limit.Acquire(2_000, 4, lease: 1);
        _limit.Acquire(2_100, 4, lease: 2);
        _limit.Change(Held(5, 1_000));
        Assert.Equal((0L, 1_000L, 900L), Figures(_limit.Peek(2_100, 1)));
        Assert.Equal((0L, 1_000L, 1_000L), Figures(_limit.Peek(2_100, 2)));
        Assert.Equal((0L, 1_000L, 0L), Figures(_limit.Acquire(2_100, 0)));
    }

    [Fact]
    public void Permits_without_a_lease_are_refunded_by_their_time()
    {
        _limit.Acquire(2_000, 4, lease: 1);
        _limit.Acquire(2_000, 3);
        _limit.Acquire(2_100, 2);
        _limit.Refund(2_200, 2_000, 1);
        Assert.Equal((2L, 900L, 0L), Figures(_limit.Peek(2_200, 0)));
        _limit.Refund(2_200, 2_000, 40);
        Assert.Equal((4L, 900L, 0L), Figures(_limit.Peek(2_200, 0)));
        _limit.Refund(2_200, 2_000, 4);
        _limit.Refund(2_200, 2_001, 4);
        _limit.Refund(2_200, 2_100, 0);
        _limit.Refund(2_200, 2_100, -1);
        Assert.Equal((4L, 900L, 0L), Figures(_limit.Peek(2_200, 0)));
        _limit.Refund(2_200, 2_100, 2);
        Assert.Equal((6L, 800L, 0L), Figures(_limit.Peek(2_200, 0)));
        Assert.Equal(3_000, _limit.Head.ForgetAt);
        _limit.Refund(3_000, 2_000, 4);
        Assert.True(_limit.Release(2_999, 1));
        Assert.Equal((2_100, 2_100), (_limit.Head.LastSeen, _limit.Head.ForgetAt));
    }

    [Fact]
    public void A_refund_of_one_of_several_charges_of_a_microsecond_is_whole()
    {
        _limit.Acquire(2_000, 1);
        _limit.Acquire(2_000, 3);
        _limit.Acquire(2_000, 4);
        _limit.Refund(2_000, 2_000, 3);
        Assert.Equal((5L, 1_000L, 0L), Figures(_limit.Peek(2_000, 0)));
        _limit.Refund(2_000, 2_000, 40);
        Assert.Equal((10L, 0L, 0L), Figures(_limit.Peek(2_000, 0)));
    }

    /// <summary>Thousands of leases taken, renewed and released at random, against a plain dictionary.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_table_of_leases_keeps_its_books_whatever_comes(int seed)
    {
        const long permits = 1_000_000;
        Random random = new(seed);
        using var limit = Subject.Create(Held(permits, 1_000));
        Dictionary<UInt128, (long Until, long Cost)> books = [];
        long now = 10_000;
        UInt128 last = 0;
        for (int i = 0; i < 4_000; i++)
        {
            now += random.Next(20) == 0 ? random.Next(1_200) : random.Next(4);
            long leaseTime = i % 500 < 250 ? 1_000 : 300;
            limit.Change(Held(permits, leaseTime));
            foreach (UInt128 expired in books.Where(b => b.Value.Until <= now).Select(b => b.Key).ToList()) books.Remove(expired);
            UInt128 known = books.Count > 0 && random.Next(8) > 0 ? books.Keys.ElementAt(random.Next(books.Count)) : last + 7;
            switch (random.Next(5))
            {
                case 0:
                    Assert.Equal(books.Remove(known), limit.Release(now, known));
                    break;
                case 1:
                    Assert.Equal(books.ContainsKey(known), limit.Renew(now, known));
                    if (books.TryGetValue(known, out (long Until, long Cost) lease)) books[known] = lease with { Until = now + leaseTime };
                    break;
                default:
                    // Ids that differ in the high half only, in the low half only, and in both.
                    last = i % 3 == 0 ? (last ^ ((UInt128)1 << (64 + (i % 40)))) + 1 : last + 1;
                    long cost = 1 + random.Next(9);
                    Assert.True(limit.Acquire(now, cost, last).Allowed);
                    books[last] = (now + leaseTime, cost);
                    break;
            }

            Verdict verdict = limit.Peek(now, 0);
            Assert.Equal(permits - books.Values.Sum(b => b.Cost), verdict.Remaining);
            Assert.Equal(books.Count == 0 ? 0 : books.Values.Max(b => b.Until) - now, verdict.ResetAfter);
            if (books.Count > 0) Assert.Equal(books.Values.Min(b => b.Until) - now, limit.Peek(now, verdict.Remaining + 1).RetryAfter);
        }
    }

    [Fact]
    public void The_table_grows_by_doubling_and_uses_free_places_again()
    {
        for (UInt128 id = 1; id <= 4; id++) _limit.Acquire(2_000, 1, id);
        int four = _limit.Snapshot().Length;
        for (UInt128 id = 1; id <= 4; id++)
        {
            Assert.True(_limit.Release(2_000, id));
            _limit.Acquire(2_000, 1, id + 10);
        }

        Assert.Equal(four, _limit.Snapshot().Length);
        _limit.Acquire(2_000, 1, 99);
        Assert.Equal(four + (4 * (48 + 4)), _limit.Snapshot().Length);
        // Those that have run out make room for new ones.
        for (UInt128 id = 201; id <= 208; id++) Assert.True(_limit.Acquire(3_000, 1, id).Allowed);
        Assert.Equal(four + (4 * (48 + 4)), _limit.Snapshot().Length);
    }

    private static (long Remaining, long ResetAfter, long RetryAfter) Figures(Verdict verdict) =>
        (verdict.Remaining, verdict.ResetAfter, verdict.RetryAfter);

    private static ConcurrencyLimit Held(long permits, long micros) => Limit.Concurrency(permits, TimeSpan.FromMicroseconds(micros));
}
