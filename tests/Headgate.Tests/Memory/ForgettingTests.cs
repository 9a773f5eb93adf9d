using System.Globalization;
using Headgate.Conformance;

namespace Headgate.Tests.Memory;

/// <summary>Growing, forgetting and the bound on keys.</summary>
[Collection(nameof(Alone))]
public class ForgettingTests
{
    private readonly FakeClock _clock = new();

    public static TheoryData<string> Kinds => [.. OneOfEach.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Drops_a_key_when_it_decides_like_never_seen_and_not_before(string kind)
    {
        using MemoryStore store = new(_clock);
        Limiter limiter = new(OneOfEach.Of(kind, 5), store);
        TimeSpan reset = limiter.Acquire("k", 3).ResetAfter;
        _clock.Advance(reset - TimeSpan.FromMicroseconds(1));
        Assert.Equal(0, store.RemoveIdle());
        Assert.NotEqual(TimeSpan.Zero, (await limiter.PeekAsync("k", 0)).ResetAfter);
        _clock.AdvanceMicros(1);
        Assert.Equal(TimeSpan.Zero, (await limiter.PeekAsync("k", 0)).ResetAfter);
        Assert.Equal(1, store.RemoveIdle());
        Assert.Equal(0, store.KeyCount);
        Assert.Equal(0, store.RemoveIdle());
        Assert.Equal(0, store.ForcedEvictions);
    }

    [Theory]
    [InlineData("token_bucket")]
    [InlineData("sliding_log")]
    public void The_traffic_of_others_sweeps_idle_keys_away(string kind)
    {
        using MemoryStore store = new(_clock);
        Limiter limiter = new(OneOfEach.Of(kind, 5), store);
        for (int i = 0; i < 20_000; i++) limiter.Acquire($"idle {i}");
        Assert.Equal(20_000, store.KeyCount);
        _clock.Advance(TimeSpan.FromSeconds(30));
        for (int i = 0; i < 300_000 && store.KeyCount > 200; i++)
        {
            limiter.Acquire($"busy {i % 100}");
            if (i % 1000 == 0) _clock.AdvanceMicros(1000);
        }

        Assert.InRange(store.KeyCount, 100, 200);
        Assert.Equal(0, store.ForcedEvictions);
    }

    [Fact]
    public void A_flood_of_ten_million_keys_stays_within_the_bound_and_is_counted_exactly()
    {
        const int MaxKeys = 50_000, Flood = 10_000_000;
        using MemoryStore store = new(_clock, new MemoryStoreOptions { MaxKeys = MaxKeys });
        Limiter limiter = new(Limit.TokenBucket(5, Rate.PerDay(1)), store);
        for (int i = 0; i < Flood; i++)
        {
            if (!limiter.Acquire(i.ToString(CultureInfo.InvariantCulture)).IsAllowed) Assert.Fail($"key {i} was denied");
            if (store.KeyCount > MaxKeys) Assert.Fail($"{store.KeyCount} keys after {i}");
        }

        Assert.Equal(MaxKeys, store.KeyCount);
        Assert.Equal(Flood - MaxKeys, store.ForcedEvictions);
    }

    [Fact]
    public async Task A_flood_from_many_threads_stays_within_the_bound_too()
    {
        const int MaxKeys = 1000, Each = 50_000;
        using MemoryStore store = new(_clock, new MemoryStoreOptions { MaxKeys = MaxKeys });
        Limiter bucket = new(Limit.TokenBucket(5, Rate.PerDay(1)), store), log = new(Limit.SlidingLog(5, TimeSpan.FromDays(1)), store);
        long most = 0;
        await Watchdog.OnThreads(4, thread =>
        {
            for (int i = 0; i < Each; i++)
            {
                (i % 3 == 0 ? log : bucket).Acquire($"{thread} {i}");
                if (store.KeyCount > Volatile.Read(ref most)) Volatile.Write(ref most, store.KeyCount);
            }
        });
        Assert.Equal(MaxKeys, most);
        Assert.Equal(MaxKeys, store.KeyCount);
        Assert.Equal((4 * Each) - MaxKeys, store.ForcedEvictions);
    }

    [Fact]
    public void At_the_bound_expired_keys_go_first()
    {
        using MemoryStore store = new(_clock, new MemoryStoreOptions { MaxKeys = 1000 });
        Limiter brief = new(Limit.TokenBucket(1, Rate.PerSecond(1)), store), long_lived = new(Limit.TokenBucket(1, Rate.PerDay(1)), store);
        // So few live ones that a few dozen keys that lie together are never all of them: of those nearby the first to be forgotten goes.
        for (int i = 0; i < 900; i++) brief.Acquire($"{i}");
        for (int i = 0; i < 100; i++) long_lived.Acquire($"{i}");

        _clock.Advance(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 50; i++) Assert.True(long_lived.Acquire($"new {i}").IsAllowed);
        Assert.Equal(0, store.ForcedEvictions);
        for (int i = 0; i < 100; i++) Assert.False(long_lived.Acquire($"{i}").IsAllowed);
    }

    [Fact]
    public void At_the_bound_the_key_nearest_to_its_reset_goes_else()
    {
        using MemoryStore store = new(_clock, new MemoryStoreOptions { MaxKeys = 1000 });
        Limiter soon = new(Limit.TokenBucket(1, Rate.PerHour(1)), store), late = new(Limit.TokenBucket(1, Rate.PerDay(1)), store);
        for (int i = 0; i < 500; i++)
        {
            soon.Acquire($"{i}");
            late.Acquire($"{i}");
        }

        for (int i = 0; i < 50; i++) Assert.True(late.Acquire($"new {i}").IsAllowed);
        Assert.Equal(50, store.ForcedEvictions);
        Assert.Equal(1000, store.KeyCount);
        for (int i = 0; i < 500; i++) Assert.False(late.Acquire($"{i}").IsAllowed);
        for (int i = 0; i < 50; i++) Assert.False(late.Acquire($"new {i}").IsAllowed);
        Assert.Equal(50, Enumerable.Range(0, 500).Count(i => soon.Acquire($"{i}", 0).Remaining == 1));
    }

    [Fact]
    public void A_bound_of_one_key_holds_one_key()
    {
        using MemoryStore store = new(_clock, new MemoryStoreOptions { MaxKeys = 1 });
        Limiter bucket = new(Limit.TokenBucket(1, Rate.PerDay(1)), store), log = new(Limit.SlidingLog(1, TimeSpan.FromDays(1)), store);
        for (int i = 0; i < 100; i++)
        {
            Limiter limiter = i % 2 == 0 ? bucket : log;
            Assert.True(limiter.Acquire($"{i}").IsAllowed);
            Assert.False(limiter.Acquire($"{i}").IsAllowed);
            Assert.Equal(1, store.KeyCount);
            Assert.Equal(i, store.ForcedEvictions);
        }
    }

    [Fact]
    public async Task A_list_of_more_keys_than_the_bound_is_refused_and_charges_nothing()
    {
        using MemoryStore store = new(_clock, new MemoryStoreOptions { MaxKeys = 3 });
        Limit limit = Limit.TokenBucket(2, Rate.PerDay(1));
        Charge[] three = [new("a", limit), new("b", limit), new("c", limit)];
        Limits.Refusal.OfArgument(() => store.AcquireAsync((Charge[])[.. three, new("d", limit)]).AsTask(), "4 keys", "MaxKeys is 3");
        Assert.Equal(0, store.KeyCount);
        Assert.True((await store.AcquireAsync(three)).IsAllowed);
        Assert.Equal(3, store.KeyCount);
    }

    /// <summary>Each list needs every place there is. Two that each hold one and wait for the other's would wait for ever.</summary>
    [Fact]
    public async Task Lists_that_compete_for_the_last_places_all_get_them_in_the_end()
    {
        using MemoryStore store = new(_clock, new MemoryStoreOptions { MaxKeys = 3 });
        Limit limit = Limit.TokenBucket(2, Rate.PerDay(1));
        await Watchdog.OnThreads(4, thread =>
        {
            for (int i = 0; i < 3000; i++)
            {
                Charge[] list = [new($"{thread} {i} a", limit), new($"{thread} {i} b", limit), new($"{thread} {i} c", limit)];
                if (!store.AcquireAsync(list).AsTask().IsCompletedSuccessfully) throw new InvalidOperationException("not at once");
            }
        });
        Assert.InRange(store.KeyCount, 1, 3);
    }

    [Fact]
    public void Grows_from_nothing_to_a_million_keys_and_every_key_is_right_and_then_gives_the_memory_back()
    {
        const int Keys = 1_000_000;
        long before = NativeHeap.BytesInUse();
        using MemoryStore store = new(_clock);
        Limiter limiter = new(Limit.TokenBucket(100, Rate.PerSecond(1)), store);
        for (int i = 0; i < Keys; i++) limiter.Acquire(i.ToString(CultureInfo.InvariantCulture), 1 + (i % 90));
        Assert.Equal(Keys, store.KeyCount);
        Assert.Equal(0, store.ForcedEvictions);
        for (int i = 0; i < Keys; i++)
        {
            long remaining = limiter.Acquire(i.ToString(CultureInfo.InvariantCulture), 0).Remaining;
            if (remaining != 99 - (i % 90)) Assert.Fail($"key {i} has {remaining} left");
        }

        long full = NativeHeap.BytesInUse() - before;
        Assert.InRange(full, 48L * Keys, 64L * Keys);

        _clock.Advance(TimeSpan.FromSeconds(100));
        Assert.Equal(Keys, store.RemoveIdle());
        Assert.Equal(0, store.KeyCount);
        Assert.InRange(NativeHeap.BytesInUse() - before, long.MinValue, full / 20);
        Assert.Equal(100, limiter.Acquire("7", 0).Remaining);
    }
}
