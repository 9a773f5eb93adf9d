using Headgate.Conformance;

namespace Headgate.Tests.Memory;

/// <summary>Several charges, one decision (law 10).</summary>
public class ChargeListTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task A_shadow_limit_that_denies_a_lease_does_not_end_it()
    {
        using MemoryStore store = new(_clock);
        Limit shadow = Limit.Concurrency(1) with { Name = "shadow", Shadow = true };
        Charge[] both = [new("k", Limit.Concurrency(5)), new("k", shadow)];
        LeaseId first = LeaseId.Create(), second = LeaseId.Create();
        Assert.Null((await store.EnterAsync(both, first)).ShadowDeniedBy);
        Assert.Equal("shadow", (await store.EnterAsync(both, second)).ShadowDeniedBy);
        Assert.True(await store.RenewAsync(both, second));
        Assert.True(await store.ReleaseAsync(both, second));
        Assert.False(await store.RenewAsync(both, second));
        Assert.True(await store.RenewAsync(both, first));

        Charge[] onlyShadow = [new("other", shadow)];
        Assert.True((await store.EnterAsync(onlyShadow, first)).IsAllowed);
        Assert.True((await store.EnterAsync(onlyShadow, second)).IsAllowed);
        Assert.True(await store.RenewAsync(onlyShadow, second));
    }

    [Fact]
    public async Task A_refund_gives_a_shadow_limit_that_denied_nothing()
    {
        using MemoryStore store = new(_clock);
        Limit shadow = Limit.FixedWindow(1, TimeSpan.FromHours(1)) with { Name = "shadow", Shadow = true };
        Charge[] both = [new("k", Limit.FixedWindow(5, TimeSpan.FromHours(1))), new("k", shadow)];
        await store.AcquireAsync(both);
        Decision second = await store.AcquireAsync(both);
        Assert.Equal("shadow", second.ShadowDeniedBy);
        await store.RefundAsync(both, second);
        Decision seen = await store.PeekAsync(both);
        Assert.Equal(4, seen.Remaining);
        Assert.Equal("shadow", seen.ShadowDeniedBy);
    }

    [Fact]
    public async Task A_clock_that_throws_leaves_no_gate_shut()
    {
        MoodyClock clock = new();
        using MemoryStore store = new(clock);
        Limiter limiter = new(Limit.TokenBucket(10, Rate.PerSecond(1)), store);
        Assert.Equal(9, limiter.Acquire("k").Remaining);
        clock.Throws = true;
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await limiter.PeekAsync("k"));
        Assert.Throws<InvalidOperationException>(() => limiter.Acquire("new"));
        Assert.Throws<InvalidOperationException>(() => limiter.Acquire("k"));
        clock.Throws = false;
        Assert.Equal(8, limiter.Acquire("k").Remaining);
        Assert.Equal(1, store.KeyCount);
    }

    private sealed class MoodyClock : TimeProvider
    {
        public bool Throws { get; set; }

        public override long GetTimestamp() => Throws ? throw new InvalidOperationException("The clock is broken.") : 0;
    }

    [Fact]
    public async Task All_are_charged_or_none_whichever_denies()
    {
        using MemoryStore store = new(_clock);
        Limit[] limits = [.. OneOfEach.Kinds.Select(kind => OneOfEach.Of(kind, 5))];
        for (int short_of = 0; short_of < limits.Length; short_of++)
        {
            await Reset();
            Assert.True((await store.AcquireAsync(new[] { new Charge($"k{short_of}", limits[short_of], 4) })).IsAllowed);
            Decision denied = await store.AcquireAsync(List(2));
            Assert.False(denied.IsAllowed);
            Assert.Equal(limits[short_of].ToString(), denied.DecidedBy);
            Assert.Equal(1, denied.Remaining);
            for (int i = 0; i < limits.Length; i++)
                Assert.Equal(i == short_of ? 1 : 5, (await store.PeekAsync(new[] { new Charge($"k{i}", limits[i], 0) })).Remaining);
            Assert.True((await store.AcquireAsync(List(1))).IsAllowed);
            for (int i = 0; i < limits.Length; i++)
                Assert.Equal(i == short_of ? 0 : 4, (await store.PeekAsync(new[] { new Charge($"k{i}", limits[i], 0) })).Remaining);
        }

        Charge[] List(long cost) => [.. limits.Select((limit, i) => new Charge($"k{i}", limit, cost))];

        async Task Reset()
        {
            for (int i = 0; i < limits.Length; i++) await store.ResetAsync(new Charge($"k{i}", limits[i]));
        }
    }

    [Fact]
    public async Task The_longest_retry_and_the_smallest_remaining_speak_for_the_list()
    {
        using MemoryStore store = new(_clock);
        Limit quick = Limit.TokenBucket(10, Rate.PerSecond(1)) with { Name = "quick" }, slow = Limit.TokenBucket(10, Rate.PerMinute(1)) with { Name = "slow" };
        Charge[] list = [new("a", quick, 6), new("b", slow, 6)];
        Decision first = await store.AcquireAsync(list);
        Assert.Equal((true, 4L, TimeSpan.FromMinutes(6)), (first.IsAllowed, first.Remaining, first.ResetAfter));
        Decision second = await store.AcquireAsync(list);
        Assert.Equal((false, "slow", TimeSpan.FromMinutes(2)), (second.IsAllowed, second.DecidedBy, second.RetryAfter));
        _clock.Advance(second.RetryAfter - TimeSpan.FromMicroseconds(1));
        Assert.False((await store.PeekAsync(list)).IsAllowed);
        _clock.AdvanceMicros(1);
        Assert.True((await store.AcquireAsync(list)).IsAllowed);
    }

    [Fact]
    public async Task One_impossible_charge_makes_the_list_impossible()
    {
        using MemoryStore store = new(_clock);
        Limit limit = Limit.TokenBucket(5, Rate.PerSecond(1));
        Decision decision = await store.AcquireAsync(new[] { new Charge("a", limit), new Charge("b", limit, 6) });
        Assert.Equal((false, Timeout.InfiniteTimeSpan), (decision.IsAllowed, decision.RetryAfter));
        Assert.Equal(0, store.KeyCount);
    }

    [Fact]
    public async Task Equal_charges_add_up()
    {
        using MemoryStore store = new(_clock);
        Limit limit = Limit.FixedWindow(5, TimeSpan.FromHours(1));
        Charge[] twice = [new("k", limit, 2), new("k", Limit.FixedWindow(5, TimeSpan.FromHours(1)))];
        Assert.Equal(2, (await store.AcquireAsync(twice)).Remaining);
        Assert.False((await store.AcquireAsync(twice)).IsAllowed);
        Assert.Equal(2, (await store.PeekAsync(new[] { new Charge("k", limit, 0) })).Remaining);
        Decision huge = await store.AcquireAsync(new[] { new Charge("k", limit, long.MaxValue), new Charge("k", limit, long.MaxValue) });
        Assert.Equal((false, Timeout.InfiniteTimeSpan), (huge.IsAllowed, huge.RetryAfter));
    }

    [Fact]
    public async Task The_order_of_a_list_does_not_matter()
    {
        Random random = new(3);
        for (int round = 0; round < 200; round++)
        {
            Charge[] list = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ =>
                new Charge($"{random.Next(4)}", OneOfEach.Of(OneOfEach.Kinds[random.Next(6)], 4 + random.Next(3)), random.Next(4)))];
            using MemoryStore one = new(_clock), other = new(_clock);
            for (int n = 0; n < 4; n++)
            {
                Charge[] shuffled = [.. list];
                random.Shuffle(shuffled);
                Decision a = await one.AcquireAsync(list), b = await other.AcquireAsync(shuffled);
                // Of several that decide alike, the first in the list gives the name.
                Assert.Equal(a with { DecidedBy = null, Limit = 0 }, b with { DecidedBy = null, Limit = 0 });
                foreach (Charge charge in list)
                {
                    Charge[] look = [charge with { Cost = 0 }];
                    Assert.Equal(await one.PeekAsync(look), await other.PeekAsync(look));
                }
            }
        }
    }

    [Fact]
    public async Task A_list_has_at_most_64_charges_parts_of_composites_counted()
    {
        using MemoryStore store = new(_clock);
        Limit limit = Limit.TokenBucket(5, Rate.PerSecond(1));
        Limit pair = Limit.AllOf(limit, Limit.FixedWindow(5, TimeSpan.FromSeconds(1)));
        Charge[] most = [.. Enumerable.Range(0, 64).Select(i => new Charge($"{i}", limit))];
        Assert.True((await store.AcquireAsync(most)).IsAllowed);
        Assert.Equal(64, store.KeyCount);
        Assert.True((await store.AcquireAsync((Charge[])[.. Enumerable.Range(0, 32).Select(i => new Charge($"p{i}", pair))])).IsAllowed);
        // Equal charges are one.
        Assert.True((await store.AcquireAsync((Charge[])[.. most, new Charge("0", limit)])).IsAllowed);
        long keys = store.KeyCount;
        Limits.Refusal.OfArgument(() => store.AcquireAsync((Charge[])[.. most, new Charge("64", limit)]).AsTask(), "more than 64");
        Limits.Refusal.OfArgument(() => store.AcquireAsync((Charge[])[.. Enumerable.Range(0, 33).Select(i => new Charge($"q{i}", pair))]).AsTask(), "more than 64");
        Assert.Equal(keys, store.KeyCount);
        Assert.Equal(3, (await store.PeekAsync(new[] { new Charge("1", limit, 0) })).Remaining);
    }

    [Fact]
    public async Task One_state_under_two_sets_of_numbers_is_refused()
    {
        using MemoryStore store = new(_clock);
        Limit five = Limit.FixedWindow(5, TimeSpan.FromHours(1)) with { Name = "n" }, six = Limit.FixedWindow(6, TimeSpan.FromHours(1)) with { Name = "n" };
        Limits.Refusal.OfArgument(() => store.AcquireAsync(new[] { new Charge("k", five), new Charge("k", six) }).AsTask(), "n twice", "different numbers");
        Limits.Refusal.OfArgument(() => store.AcquireAsync(new[] { new Charge("k", five), new Charge("k", five with { Shadow = true }) }).AsTask(), "twice");
        Assert.Equal(0, store.KeyCount);
        Assert.True((await store.AcquireAsync(new[] { new Charge("a", five), new Charge("b", six) })).IsAllowed);
    }

    [Fact]
    public async Task Opposite_orders_do_not_deadlock()
    {
        using MemoryStore store = new(_clock);
        Limit limit = Limit.TokenBucket(1_000_000, Rate.PerSecond(1)), log = Limit.SlidingLog(1_000_000, TimeSpan.FromDays(1));
        await Watchdog.OnThreads(4, thread =>
        {
            Charge[] list = [.. Enumerable.Range(0, 8).SelectMany(i => new[] { new Charge($"{i}", limit), new Charge($"{i}", log) })];
            if (thread % 2 == 1) Array.Reverse(list);
            for (int i = 0; i < 3000; i++)
            {
                if (!store.AcquireAsync(list).AsTask().IsCompletedSuccessfully) throw new InvalidOperationException("not at once");
            }
        });
        Assert.Equal(1_000_000 - 12_000, (await store.PeekAsync(new[] { new Charge("3", limit, 0) })).Remaining);
        Assert.Equal(1_000_000 - 12_000, (await store.PeekAsync(new[] { new Charge("3", log, 0) })).Remaining);
    }
}
