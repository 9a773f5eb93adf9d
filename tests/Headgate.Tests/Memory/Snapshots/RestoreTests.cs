using Headgate.Conformance;

namespace Headgate.Tests.Memory.Snapshots;

/// <summary>What a restored store goes on with, whoever else is in the process and whatever the clock says.</summary>
public class RestoreTests
{
    private readonly FakeClock _clock = new();

    public static TheoryData<string> Kinds => [.. OneOfEach.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_was_consumed_stays_consumed(string kind)
    {
        Limit limit = OneOfEach.Of(kind, 5);
        using MemoryStore saved = new(_clock);
        await saved.AcquireAsync(new Charge("k", limit, 3) { Namespace = "n" });
        using MemoryStore restored = Snapshot.Restore(Snapshot.Of(saved), _clock);
        Assert.Equal(1, restored.KeyCount);
        Assert.Equal(2, (await PeekAsync(restored, "k", limit)).Remaining);
        Assert.Equal(5, (await PeekAsync(restored, "other", limit)).Remaining);
        Assert.Equal(await PeekAsync(saved, "k", limit), await PeekAsync(restored, "k", limit));
    }

    [Fact]
    public async Task Every_store_hashes_by_secrets_of_its_own_and_a_snapshot_takes_them_along()
    {
        Limit limit = Limit.FixedWindow(5, TimeSpan.FromHours(1));
        using MemoryStore before = new(_clock);
        using MemoryStore one = new(_clock), two = new(_clock);
        await ChargeAsync(one, "k", limit, 1);
        await ChargeAsync(two, "k", limit, 2);
        byte[] ofOne = Snapshot.Of(one), ofTwo = Snapshot.Of(two);
        Assert.NotEqual(ofOne[24..1128], ofTwo[24..1128]);
        await ChargeAsync(before, "k", limit, 3);

        using MemoryStore oneAgain = Snapshot.Restore(ofOne, _clock), twoAgain = Snapshot.Restore(ofTwo, _clock), twin = Snapshot.Restore(ofOne, _clock);
        using MemoryStore after = new(_clock);
        await ChargeAsync(twin, "k", limit, 4);
        long[] remaining = await RemainingAsync(limit, before, oneAgain, twoAgain, twin, after);
        Assert.Equal([2L, 4, 3, 0, 5], remaining);
        Assert.Equal(ofOne, Snapshot.Of(oneAgain));
    }

    [Fact]
    public async Task Leases_go_on_and_are_released_once()
    {
        Limit limit = Limit.Concurrency(3, TimeSpan.FromMinutes(1));
        Charge[] charge = [new("k", limit)];
        LeaseId released = LeaseId.Create(), renewed = LeaseId.Create(), left = LeaseId.Create();
        using MemoryStore saved = new(_clock);
        foreach (LeaseId lease in new[] { released, renewed, left }) Assert.True((await saved.EnterAsync(charge, lease)).IsAllowed);
        _clock.Advance(TimeSpan.FromSeconds(30));

        using MemoryStore restored = Snapshot.Restore(Snapshot.Of(saved), _clock);
        Assert.False((await restored.EnterAsync(charge, LeaseId.Create())).IsAllowed);
        Assert.True(await restored.ReleaseAsync(charge, released));
        Assert.False(await restored.ReleaseAsync(charge, released));
        Assert.True(await restored.RenewAsync(charge, renewed));
        Assert.Equal(1, (await PeekAsync(restored, "k", limit, ns: null)).Remaining);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2, (await PeekAsync(restored, "k", limit, ns: null)).Remaining);
        Assert.False(await restored.RenewAsync(charge, left));
        Assert.True(await restored.ReleaseAsync(charge, renewed));
    }

    [Fact]
    public async Task A_limit_may_change_its_numbers_between_saving_and_restoring()
    {
        foreach (string kind in OneOfEach.Kinds)
        {
            Limit limit = OneOfEach.Of(kind, 10) with { Name = "plan" }, smaller = OneOfEach.Of(kind, 6) with { Name = "plan" };
            using MemoryStore saved = new(_clock);
            await ChargeAsync(saved, "k", limit, 4);
            using MemoryStore restored = Snapshot.Restore(Snapshot.Of(saved), _clock);
            Assert.Equal((await PeekAsync(saved, "k", smaller)).Remaining, (await PeekAsync(restored, "k", smaller)).Remaining);
            Assert.Equal(2, (await PeekAsync(restored, "k", smaller)).Remaining);
            Assert.False((await ChargeAsync(restored, "k", smaller, 3)).IsAllowed);
        }
    }

    [Fact]
    public async Task What_is_forgotten_is_neither_saved_nor_restored()
    {
        using MemoryStore saved = new(_clock);
        await ChargeAsync(saved, "short", Limit.FixedWindow(5, TimeSpan.FromSeconds(1)), 1);
        await ChargeAsync(saved, "middle", Limit.SlidingLog(5, TimeSpan.FromSeconds(10)), 1);
        await ChargeAsync(saved, "long", Limit.FixedWindow(5, TimeSpan.FromHours(1)), 1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        byte[] bytes = Snapshot.Of(saved);
        using MemoryStore atOnce = Snapshot.Restore(bytes, _clock);
        Assert.Equal(2, atOnce.KeyCount);
        _clock.Advance(TimeSpan.FromSeconds(9));
        using MemoryStore later = Snapshot.Restore(bytes, _clock);
        Assert.Equal((1L, 0L), (later.KeyCount, later.ForcedEvictions));
    }

    /// <summary>Law 8: the same wait as in a store whose own clock went back, and never longer than a recovery from nothing.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_clock_behind_the_snapshot_locks_nobody_out(string kind)
    {
        Limit limit = OneOfEach.Of(kind, 5);
        foreach (TimeSpan back in new[] { TimeSpan.FromMicroseconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(21), TimeSpan.FromDays(365) })
        {
            FakeClock clock = new();
            using MemoryStore saved = new(clock);
            await ChargeAsync(saved, "k", limit, 5);
            byte[] bytes = Snapshot.Of(saved);
            clock.Advance(-back);
            using MemoryStore restored = Snapshot.Restore(bytes, clock);
            Decision peek = await PeekAsync(restored, "k", limit, cost: 1);
            Assert.Equal(await PeekAsync(saved, "k", limit, cost: 1), peek);
            Assert.InRange(peek.RetryAfter, TimeSpan.Zero, TimeSpan.FromSeconds(30));
            clock.Advance(peek.RetryAfter);
            Assert.True((await ChargeAsync(restored, "k", limit, 1)).IsAllowed);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(2999)]
    [InlineData(3000)]
    public async Task Of_more_keys_than_fit_the_soonest_forgotten_give_way(int maxKeys)
    {
        const int Keys = 3000;
        Limit plain = Limit.TokenBucket(1, Rate.Per(1, TimeSpan.FromHours(1))), log = Limit.SlidingLog(1, TimeSpan.FromHours(1));
        using MemoryStore saved = new(_clock);
        for (int i = 0; i < Keys; i++)
        {
            _clock.AdvanceMicros(i / 10 % 2);
            await ChargeAsync(saved, $"{(i * 7919) % Keys}", i % 3 == 0 ? log : plain, 1);
        }

        using MemoryStore restored = Snapshot.Restore(Snapshot.Of(saved), _clock, maxKeys);
        Assert.Equal((maxKeys, (long)(Keys - maxKeys)), (restored.KeyCount, restored.ForcedEvictions));
        int kept = 0;
        TimeSpan soonestKept = TimeSpan.MaxValue, latestGone = TimeSpan.Zero;
        for (int i = 0; i < Keys; i++)
        {
            Limit limit = i % 3 == 0 ? log : plain;
            string key = $"{(i * 7919) % Keys}";
            TimeSpan reset = (await PeekAsync(saved, key, limit)).ResetAfter;
            if ((await PeekAsync(restored, key, limit)).Remaining == 0)
            {
                kept++;
                soonestKept = reset < soonestKept ? reset : soonestKept;
            }
            else if (reset > latestGone)
            {
                latestGone = reset;
            }
        }

        Assert.Equal(maxKeys, kept);
        Assert.True(latestGone <= soonestKept);
    }

    [Fact]
    public async Task Many_more_keys_than_fit_are_never_all_held()
    {
        const int Keys = 40_000, MaxKeys = 1000;
        using MemoryStore saved = new(_clock);
        for (int i = 0; i < Keys; i++)
        {
            _clock.AdvanceMicros(1);
            await ChargeAsync(saved, $"{i}", Limit.TokenBucket(1, Rate.Per(1, TimeSpan.FromHours(1))), 1);
        }

        using MemoryStore restored = Snapshot.Restore(Snapshot.Of(saved), _clock, MaxKeys);
        Assert.Equal((MaxKeys, Keys - MaxKeys), (restored.KeyCount, restored.ForcedEvictions));
        for (int i = 0; i < Keys; i += 7)
            Assert.Equal(i < Keys - MaxKeys ? 1 : 0, (await PeekAsync(restored, $"{i}", Limit.TokenBucket(1, Rate.Per(1, TimeSpan.FromHours(1))))).Remaining);

        // The bound holds from then on.
        Assert.True((await ChargeAsync(restored, "new", Limit.FixedWindow(1, TimeSpan.FromHours(1)), 1)).IsAllowed);
        Assert.Equal((MaxKeys, Keys - MaxKeys + 1), (restored.KeyCount, restored.ForcedEvictions));
    }

    [Fact]
    public void An_empty_store_is_a_snapshot_too()
    {
        using MemoryStore saved = new(_clock);
        byte[] bytes = Snapshot.Of(saved);
        Assert.Equal(1169, bytes.Length);
        using MemoryStore restored = Snapshot.Restore(bytes, _clock);
        Assert.Equal(0, restored.KeyCount);
    }

    [Fact]
    public void Options_are_held_to_their_bounds()
    {
        using MemoryStore saved = new(_clock);
        byte[] bytes = Snapshot.Of(saved);
        Assert.Throws<ArgumentOutOfRangeException>(() => Snapshot.Restore(bytes, _clock, maxKeys: 0));
        Assert.Throws<ArgumentNullException>(() => Snapshot.Restore(bytes, null!));
        Assert.Throws<ArgumentNullException>(() => MemoryStore.Restore(null!, _clock));
        Assert.Throws<ArgumentNullException>(() => saved.Save(null!));
    }

    private static async Task<Decision> ChargeAsync(MemoryStore store, string key, Limit limit, long cost) =>
        await store.AcquireAsync(new Charge(key, limit, cost) { Namespace = "n" });

    private static async Task<Decision> PeekAsync(MemoryStore store, string key, Limit limit, long cost = 0, string? ns = "n") =>
        await store.PeekAsync(new[] { new Charge(key, limit, cost) { Namespace = ns } });

    private static async Task<long[]> RemainingAsync(Limit limit, params MemoryStore[] stores)
    {
        List<long> remaining = [];
        foreach (MemoryStore store in stores) remaining.Add((await PeekAsync(store, "k", limit)).Remaining);
        return [.. remaining];
    }
}
