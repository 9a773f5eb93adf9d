using Headgate.Conformance.Generation;

namespace Headgate.Redis.Tests.Laws;

/// <summary>Law 13 in Redis's own terms: which keys there are, what they begin with, in which slot they lie.</summary>
public class KeyTests
{
    private static readonly string[] Awkward = ["", "{", "}", "{}", "{a}", "a{b}c", "}{", "%", ":", " ", "\0", "\n", "é", "\ud83d\ude00", "\ud83d", new('x', 3000)];

    public static TheoryData<bool> Readable => [false, true];

    [Theory]
    [MemberData(nameof(Readable))]
    public async Task The_keys_of_a_charge_are_those_that_it_makes(bool readable)
    {
        Keyspace keys = await Keyspace.OfAsync(TestServers.Standalone);
        foreach (LimitKind kind in Enum.GetValues<LimitKind>())
        {
            string prefix = TestServer.NewPrefix();
            await using RedisStore store = await StoreAsync(TestServers.Standalone, prefix, readable);
            Charge charge = new("k", Limit.AllOf(Kinds.Of(kind, 5, TimeSpan.FromMinutes(1)), Limit.TokenBucket(9, Rate.PerHour(9)))) { Namespace = "n" };
            await store.AcquireAsync(charge);
            Assert.Equal(store.KeysOf(charge).Order(StringComparer.Ordinal), keys.Under(prefix));
        }
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public async Task Different_prefixes_never_meet_and_equal_ones_always_do(bool readable)
    {
        string prefix = TestServer.NewPrefix();
        Limit limit = Limit.TokenBucket(5, Rate.PerHour(1));
        await using RedisStore first = await StoreAsync(TestServers.Standalone, prefix, readable);
        await first.AcquireAsync(new Charge("k", limit, 3));
        foreach (string other in new[] { prefix + "1", prefix + "-", prefix[..^1], prefix.ToUpperInvariant() })
        {
            await using RedisStore second = await StoreAsync(TestServers.Standalone, other, readable);
            Assert.Equal(5, (await second.PeekAsync(Kinds.On("k", limit, 0))).Remaining);
            await second.ResetAsync(new Charge("k", limit));
        }

        await using RedisStore same = await StoreAsync(TestServers.Standalone, prefix, readable);
        Assert.Equal(2, (await same.PeekAsync(Kinds.On("k", limit, 0))).Remaining);
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public async Task All_state_of_one_partition_key_lies_in_one_slot_and_that_of_many_is_spread(bool readable)
    {
        Keyspace keys = await Keyspace.OfAsync(TestServers.Cluster);
        await using RedisStore store = await StoreAsync(TestServers.Cluster, TestServer.NewPrefix(), readable);
        Limit[] limits = [.. Enum.GetValues<LimitKind>().Select(kind => Kinds.Of(kind, 5, TimeSpan.FromMinutes(1)))];
        foreach (string partition in Awkward)
        {
            List<string> names =
            [
                .. limits.SelectMany(limit => new[] { "", "n", "{x}" }.SelectMany(ns => store.KeysOf(new Charge(partition, limit) { Namespace = ns }))),
            ];
            Assert.Equal(names.Count, names.Distinct().Count());
            HashSet<int> slots = [];
            foreach (string name in names) slots.Add(await keys.SlotAsync(name));
            Assert.Single(slots);
        }

        HashSet<int> spread = [];
        for (int i = 0; i < 300; i++) spread.Add(await keys.SlotAsync(store.KeysOf(new Charge($"user-{i}", limits[0]))[0]));
        // 300 of 16,384 at random meet some three times.
        Assert.InRange(spread.Count, 280, 300);
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public async Task A_cluster_takes_every_key(bool readable)
    {
        await using RedisStore store = await StoreAsync(TestServers.Cluster, TestServer.NewPrefix(), readable);
        foreach (string partition in Awkward)
        {
            foreach (LimitKind kind in Enum.GetValues<LimitKind>())
            {
                Decision decision = await store.AcquireAsync(new Charge(partition, Kinds.Of(kind, 5, TimeSpan.FromMinutes(1))));
                Assert.Equal((true, 4, DecisionSource.Store), (decision.IsAllowed, decision.Remaining, decision.Source));
            }
        }
    }

    [Fact]
    public async Task A_database_number_keeps_states_apart()
    {
        string prefix = TestServer.NewPrefix();
        Limit limit = Limit.TokenBucket(5, Rate.PerHour(1));
        await using RedisStore first = await TestServers.Standalone.StoreAsync(new RedisStoreOptions { KeyPrefix = prefix });
        await using RedisStore second = await TestServers.Standalone.StoreAsync(new RedisStoreOptions { KeyPrefix = prefix, Database = 3 });
        Assert.Equal(2, (await first.AcquireAsync(new Charge("k", limit, 3))).Remaining);
        Assert.Equal(4, (await second.AcquireAsync(new Charge("k", limit, 1))).Remaining);
        Assert.Equal(2, (await first.PeekAsync(Kinds.On("k", limit, 0))).Remaining);
    }

    private static Task<RedisStore> StoreAsync(TestServer server, string prefix, bool readable) =>
        server.StoreAsync(new RedisStoreOptions { KeyPrefix = prefix, ReadableKeys = readable });
}
