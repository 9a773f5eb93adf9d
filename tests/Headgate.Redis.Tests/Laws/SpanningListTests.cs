using Headgate.Conformance;
using Headgate.Conformance.Generation;
using Headgate.Redis.Tests.Conformance;

namespace Headgate.Redis.Tests.Laws;

/// <summary>Law 10 where a list spans the slots, and the servers, of a cluster: no script can see all of it, and still it is all or none.</summary>
public class SpanningListTests
{
    private static readonly string[] Partitions = ["a", "b", "c", "d", "e", "f"];

    public static TheoryData<LimitKind> All => Kinds.All;

    [Fact]
    public async Task The_partition_keys_of_these_tests_lie_on_all_three_masters()
    {
        Keyspace keys = await Keyspace.OfAsync(TestServers.Cluster);
        await using RedisStore store = await TestServers.Cluster.StoreAsync();
        HashSet<int> thirds = [];
        foreach (string partition in Partitions)
            thirds.Add(await keys.SlotAsync(store.KeysOf(new Charge(partition, Kinds.Of(LimitKind.TokenBucket, 5, TimeSpan.FromHours(1))))[0]) / 5462);
        Assert.Equal(3, thirds.Count);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_refund_gives_back_all_of_it_on_every_server(LimitKind kind)
    {
        await using RedisStore store = await TestServers.Cluster.StoreAsync();
        Limit limit = Kinds.Of(kind, 5, TimeSpan.FromHours(10));
        Charge[] list = [.. Partitions.Select(p => new Charge(p, limit, 3))];
        Decision charged = await store.AcquireAsync(list);
        Assert.True(charged.IsAllowed);
        await store.RefundAsync(list, charged);
        foreach (string partition in Partitions) Assert.Equal(5, (await store.PeekAsync(new[] { new Charge(partition, limit, 0) })).Remaining);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task All_are_charged_or_none_and_a_denial_leaves_no_trace(LimitKind kind)
    {
        string prefix = TestServer.NewPrefix();
        Keyspace keys = await Keyspace.OfAsync(TestServers.Cluster);
        await using RedisStore store = await TestServers.Cluster.StoreAsync(new RedisStoreOptions { KeyPrefix = prefix, DenyCacheSize = 0 });
        Limit limit = Kinds.Of(kind, 5, Kinds.NoEnd);
        for (int spent = 0; spent < Partitions.Length; spent++)
        {
            // Whichever server it is that denies.
            await store.AcquireAsync(new Charge(Partitions[spent], limit, 4));
            IReadOnlyList<string> before = keys.Under(prefix);
            Decision denied = await store.AcquireAsync(Partitions.Select(p => new Charge(p, limit, 2)).ToArray());
            Assert.Equal((false, DecisionSource.Store, 1), (denied.IsAllowed, denied.Source, denied.Remaining));
            Assert.Equal(before, keys.Under(prefix));
            for (int i = 0; i < Partitions.Length; i++)
                Assert.Equal(i == spent ? 1 : 5, (await store.PeekAsync(Kinds.On(Partitions[i], limit, 0))).Remaining);
            await store.ResetAsync(new Charge(Partitions[spent], limit));
        }

        Decision allowed = await store.AcquireAsync(Partitions.Select((p, i) => new Charge(p, limit, 1 + (i % 3))).ToArray());
        Assert.Equal((true, DecisionSource.Store, 2), (allowed.IsAllowed, allowed.Source, allowed.Remaining));
        for (int i = 0; i < Partitions.Length; i++)
            Assert.Equal(4 - (i % 3), (await store.PeekAsync(Kinds.On(Partitions[i], limit, 0))).Remaining);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Callers_of_overlapping_lists_leave_exactly_what_was_admitted_charged(LimitKind kind)
    {
        string prefix = TestServer.NewPrefix();
        await using RedisStore one = await TestServers.Cluster.StoreAsync(new RedisStoreOptions { KeyPrefix = prefix });
        await using RedisStore other = await TestServers.Cluster.StoreAsync(new RedisStoreOptions { KeyPrefix = prefix });
        Limit limit = Kinds.Of(kind, 60, Kinds.NoEnd);
        long[] taken = new long[Partitions.Length];
        int denials = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async caller =>
        {
            Random random = new(caller);
            for (int i = 0; i < 20; i++)
            {
                int[] picks = [.. Enumerable.Range(0, Partitions.Length).OrderBy(_ => random.Next()).Take(1 + random.Next(4))];
                long cost = 1 + random.Next(4);
                Decision decision = await (caller % 2 == 0 ? one : other).AcquireAsync(picks.Select(p => new Charge(Partitions[p], limit, cost)).ToArray());
                Assert.True(decision.Source is DecisionSource.Store or DecisionSource.DenyCache, $"{decision.Source} answered");
                if (!decision.IsAllowed) Interlocked.Increment(ref denials);
                else foreach (int pick in picks) Interlocked.Add(ref taken[pick], cost);
            }
        }));
        Assert.InRange(denials, 1, 159);
        for (int i = 0; i < Partitions.Length; i++)
        {
            long left = (await one.PeekAsync(Kinds.On(Partitions[i], limit, 0))).Remaining;
            Assert.Equal((Partitions[i], 60), (Partitions[i], left + taken[i]));
        }
    }

    [Fact]
    public void Lists_over_many_slots_decide_as_in_memory() =>
        PropertyCheck.ForAll(ScriptGen.Lists(ScriptOptions.GiveBack | ScriptOptions.ClockBack), async script =>
        {
            StoreUnderTest redis = await RedisUnderTest.CreateAsync(TestServers.Cluster);
            await SideBySide.CompareAsync(script, redis);
        }, 40);
}
