using Headgate.Conformance.Generation;

namespace Headgate.Redis.Tests.Laws;

/// <summary>Law 4 by the server's clock: a key lives until its state decides like never seen, rounded up to a millisecond, and no longer.</summary>
public class ExpiryTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    public static TheoryData<LimitKind> All => Kinds.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_key_lives_until_its_state_decides_like_never_seen(LimitKind kind)
    {
        await using RedisStore store = await TestServers.Standalone.StoreAsync();
        Limit limit = Kinds.Of(kind, 7, Window) with { Name = "n" };
        foreach (long cost in new[] { 1, 3, 2 })
        {
            long before = await NowAsync();
            Decision charged = await store.AcquireAsync(new Charge("k", limit, cost));
            Assert.True(charged.IsAllowed);
            await LivesUntilResetAsync(store, limit, charged, before);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_charge_under_new_numbers_makes_a_key_live_as_long_as_they_say(LimitKind kind)
    {
        await using RedisStore store = await TestServers.Standalone.StoreAsync();
        Limit first = Kinds.Of(kind, 7, Window) with { Name = "n" };
        await store.AcquireAsync(new Charge("k", first, 3));
        foreach (Limit next in new[] { Kinds.Of(kind, 9, 2 * Window), Kinds.Of(kind, 11, Window / 3) })
        {
            long before = await NowAsync();
            Decision charged = await store.AcquireAsync(new Charge("k", next with { Name = "n" }, 2));
            Assert.True(charged.IsAllowed);
            await LivesUntilResetAsync(store, next with { Name = "n" }, charged, before);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_refund_leaves_a_key_with_the_time_that_is_left(LimitKind kind)
    {
        await using RedisStore store = await TestServers.Standalone.StoreAsync();
        Limit limit = Kinds.Of(kind, 7, Kinds.NoEnd);
        Charge[] all = Kinds.On("k", limit, 5);
        Decision charged = await store.AcquireAsync(all);
        await store.RefundAsync(Kinds.On("k", limit, 3), charged);
        long before = await NowAsync();
        Decision left = await store.PeekAsync(Kinds.On("k", limit, 0));
        Assert.Equal(5, left.Remaining);
        // What a refund leaves may live as long as it would have; what is left must not be gone before.
        await LivesUntilResetAsync(store, limit, left, before, noLongerThan: charged.ResetAfter);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_refund_of_all_leaves_nothing(LimitKind kind)
    {
        await using RedisStore store = await TestServers.Standalone.StoreAsync();
        Limit limit = Kinds.Of(kind, 7, Kinds.NoEnd);
        Charge[] all = Kinds.On("k", limit, 5);
        await store.RefundAsync(all, await store.AcquireAsync(all));
        Assert.Equal(7, (await store.PeekAsync(Kinds.On("k", limit, 0))).Remaining);
        Keyspace keys = await Keyspace.OfAsync(TestServers.Standalone);
        foreach (string key in store.KeysOf(all[0])) Assert.Equal(-2, await keys.TimeToLiveAsync(key));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_key_is_gone_once_it_decides_like_never_seen(LimitKind kind)
    {
        await using RedisStore store = await TestServers.Standalone.StoreAsync();
        Keyspace keys = await Keyspace.OfAsync(TestServers.Standalone);
        Limit limit = Kinds.Of(kind, 3, TimeSpan.FromMilliseconds(80));
        Decision charged = await store.AcquireAsync(new Charge("k", limit, 2));
        Assert.True(charged.IsAllowed);
        long end = ((charged.DecidedAt - DateTimeOffset.UnixEpoch) + charged.ResetAfter).Ticks / TimeSpan.TicksPerMicrosecond;
        foreach (string key in store.KeysOf(new Charge("k", limit)))
        {
            // Rounded up to a millisecond, and gone when that one has passed too.
            while (await NowAsync() < end + 2_000) await Task.Delay(5, TestContext.Current.CancellationToken);
            Assert.Equal(-2, await keys.TimeToLiveAsync(key));
        }

        Assert.Equal(3, (await store.PeekAsync(Kinds.On("k", limit, 0))).Remaining);
    }

    private static async Task LivesUntilResetAsync(RedisStore store, Limit limit, Decision decision, long before, TimeSpan? noLongerThan = null)
    {
        Keyspace keys = await Keyspace.OfAsync(TestServers.Standalone);
        IReadOnlyList<string> names = store.KeysOf(new Charge("k", limit));
        Assert.Equal(limit is ConcurrencyLimit ? 2 : 1, names.Count);
        foreach (string name in names)
        {
            long left = await keys.TimeToLiveAsync(name);
            double elapsed = (await NowAsync() - before) / 1000.0;
            double least = decision.ResetAfter.TotalMilliseconds - elapsed - 1;
            double most = Math.Ceiling((noLongerThan ?? decision.ResetAfter).TotalMilliseconds);
            Assert.InRange(left, least, most);
        }
    }

    private static async Task<long> NowAsync() => await (await Keyspace.OfAsync(TestServers.Standalone)).NowAsync();
}
