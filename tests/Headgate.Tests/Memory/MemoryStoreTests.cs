using Headgate.Conformance;

namespace Headgate.Tests.Memory;

public class MemoryStoreTests
{
    private readonly FakeClock _clock = new();

    public static TheoryData<string> Kinds => [.. OneOfEach.Kinds];

    /// <summary>Two stores see the same charges, one of them peeks and denials in between as well: nobody can tell which.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Peeks_and_denials_leave_no_trace(string kind)
    {
        Limit limit = OneOfEach.Of(kind, 5);
        using MemoryStore plain = new(_clock), disturbed = new(_clock);
        Random random = new(7);
        int denials = 0;
        for (int i = 0; i < 2000; i++)
        {
            _clock.AdvanceMicros(random.Next(4) == 0 ? random.Next(3_000_000) : 0);
            Charge[] charge = [new Charge($"{random.Next(3)}", limit, random.Next(4))];
            long keys = disturbed.KeyCount;
            for (int n = random.Next(4); n > 0; n--)
            {
                Charge[] too_much = [charge[0] with { Cost = 6 }], look = [charge[0] with { Cost = random.Next(8) }];
                Assert.False((await disturbed.AcquireAsync(too_much)).IsAllowed);
                Decision seen = await disturbed.PeekAsync(look);
                Assert.Equal(seen, await disturbed.PeekAsync(look));
                if (seen.IsAllowed) continue;
                Assert.Equal(seen, await disturbed.AcquireAsync(look));
                denials++;
            }

            // Idle keys may go; none may come.
            Assert.InRange(disturbed.KeyCount, 0, keys);
            Assert.Equal(await plain.AcquireAsync(charge), await disturbed.AcquireAsync(charge));
        }

        Assert.True(denials > 100);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_reset_key_decides_as_if_never_seen_and_others_do_not(string kind)
    {
        using MemoryStore store = new(_clock);
        Limiter limiter = new(OneOfEach.Of(kind, 5), store);
        Decision fresh = await limiter.PeekAsync("a");
        limiter.Acquire("a", 5);
        limiter.Acquire("b", 3);
        Assert.Equal(2, store.KeyCount);

        await limiter.ResetAsync("a");

        Assert.Equal(fresh, await limiter.PeekAsync("a"));
        Assert.Equal(2, (await limiter.PeekAsync("b", 0)).Remaining);
        Assert.Equal(1, store.KeyCount);
        await limiter.ResetAsync("never seen");
        Assert.Equal(1, store.KeyCount);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_refund_gives_back_what_was_charged_and_no_more(string kind)
    {
        using MemoryStore store = new(_clock);
        Limiter limiter = new(OneOfEach.Of(kind, 5), store);
        Decision charged = limiter.Acquire("k", 4);
        await limiter.RefundAsync("k", charged, 3);
        Assert.Equal(4, (await limiter.PeekAsync("k", 0)).Remaining);
        await limiter.RefundAsync("k", charged, 1);
        Assert.Equal(5, (await limiter.PeekAsync("k", 0)).Remaining);
        await limiter.RefundAsync("k", charged, 4);
        Assert.Equal(5, (await limiter.PeekAsync("k", 0)).Remaining);

        Decision late = limiter.Acquire("k", 5);
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.True(limiter.Acquire("k", 2).IsAllowed);
        await limiter.RefundAsync("k", late, 5);
        Assert.Equal(3, (await limiter.PeekAsync("k", 0)).Remaining);

        Decision denied = limiter.Acquire("k", 6);
        Assert.False(denied.IsAllowed);
        await limiter.RefundAsync("k", denied, 2);
        Assert.Equal(3, (await limiter.PeekAsync("k", 0)).Remaining);
    }

    [Fact]
    public async Task Namespaces_limits_and_keys_that_look_alike_are_apart()
    {
        using MemoryStore store = new(_clock);
        Limit limit = Limit.FixedWindow(1, TimeSpan.FromHours(1));
        Charge[] all =
        [
            new("k", limit), new("", limit), new("K", limit), new("k\0", limit), new("k ", limit), new(new string('k', 600), limit), new(new string('k', 601), limit),
            new("k", limit) { Namespace = "n" }, new("k", limit) { Namespace = "n|" }, new("k", limit) { Namespace = "1:n" },
            new("nk", limit), new("k", limit with { Name = "x" }), new("k", limit with { Name = "u|permits=1, window=1h" }),
            new("k", Limit.FixedWindow(1, TimeSpan.FromMinutes(1))), new("k", Limit.SlidingWindow(1, TimeSpan.FromHours(1))),
        ];
        foreach (Charge charge in all) Assert.True((await store.AcquireAsync(new[] { charge })).IsAllowed, charge.ToString());
        foreach (Charge charge in all) Assert.False((await store.AcquireAsync(new[] { charge })).IsAllowed, charge.ToString());
        Assert.Equal(all.Length, store.KeyCount);
        Assert.False((await store.AcquireAsync(new[] { new Charge("k", limit) { Namespace = "" } })).IsAllowed);
    }

    [Fact]
    public async Task Keys_of_every_length_are_keys_of_their_own()
    {
        using MemoryStore store = new(_clock);
        Limiter limiter = new(Limit.TokenBucket(1000, Rate.PerDay(1)), store);
        int[] lengths = [.. Enumerable.Range(0, 70), 511, 512, 513, 1023, 1024, 1025, 5000];
        foreach (int length in lengths) limiter.Acquire(new string('x', length), 1 + (length % 900));
        foreach (int length in lengths)
        {
            // Another string with the same characters is the same key.
            string key = string.Concat(Enumerable.Repeat('x', length));
            Assert.Equal(999 - (length % 900), (await limiter.PeekAsync(key, 0)).Remaining);
        }
    }

    [Fact]
    public async Task A_charge_of_nothing_is_admitted_and_remembers_nothing()
    {
        using MemoryStore store = new(_clock);
        Limiter limiter = new(Limit.TokenBucket(3, Rate.PerSecond(1)), store);
        Assert.True(limiter.Acquire("k", 0).IsAllowed);
        Assert.Equal(0, store.KeyCount);
        limiter.Acquire("k", 3);
        Assert.True(limiter.Acquire("k", 0).IsAllowed);
        Assert.True((await limiter.PeekAsync("k", 0)).IsAllowed);
    }

    [Fact]
    public async Task Wrong_charges_are_programming_errors()
    {
        using MemoryStore store = new(_clock);
        Limit limit = Limit.TokenBucket(3, Rate.PerSecond(1));
        Limits.Refusal.OfRange(() => Ask(new Charge("k", limit, -1)), "-1", "0 or more");
        Assert.Throws<ArgumentNullException>(() => Ask(new Charge(null!, limit)));
        Assert.Throws<ArgumentNullException>(() => Ask(new Charge("k", null!)));
        Limits.Refusal.OfArgument(() => Ask(), "no charges", "1 to 64");
        Limits.Refusal.OfRange(() => Ask(new Charge("a", limit), new Charge("k", limit, long.MinValue)), "0 or more");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.AcquireAsync(new[] { new Charge("k", limit) }, new CancellationToken(true)));
        Assert.Equal(0, store.KeyCount);
        Assert.True((await store.AcquireAsync(new[] { new Charge("k", limit, 3) })).IsAllowed);

        object? Ask(params Charge[] charges) => store.AcquireAsync(charges).AsTask();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(MemoryStoreOptions.MostMaxKeys + 1)]
    [InlineData(long.MaxValue)]
    public void A_bound_on_keys_outside_its_domain_is_refused(long maxKeys) =>
        Limits.Refusal.OfRange(() => new MemoryStore(_clock, new MemoryStoreOptions { MaxKeys = maxKeys }), $"{maxKeys}", "between 1 and 1000000000");

    [Theory]
    [InlineData(1)]
    [InlineData(MemoryStoreOptions.MostMaxKeys)]
    public void A_bound_on_keys_at_the_ends_of_its_domain_is_taken(long maxKeys)
    {
        using MemoryStore store = new(_clock, new MemoryStoreOptions { MaxKeys = maxKeys });
        Assert.True(new Limiter(Limit.TokenBucket(1, Rate.PerSecond(1)), store).Acquire("k").IsAllowed);
        Assert.Equal(1, store.KeyCount);
        Assert.Same(_clock, store.TimeProvider);
    }

    [Fact]
    public void No_clock_is_no_store() => Assert.Throws<ArgumentNullException>(() => new MemoryStore(null!));
}
