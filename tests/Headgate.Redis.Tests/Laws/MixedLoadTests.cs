using Headgate.Conformance.Generation;

namespace Headgate.Redis.Tests.Laws;

/// <summary>Whatever is done in whatever order, nothing in Redis is left without an end, and everything has the prefix.</summary>
public class MixedLoadTests
{
    private const int Callers = 8;
    private const int Calls = 150;

    public static TheoryData<string> Servers => ["standalone", "cluster"];

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Nothing_is_without_an_end_after_a_mixed_load(string name)
    {
        TestServer server = name == "cluster" ? TestServers.Cluster : TestServers.Standalone;
        string prefix = TestServer.NewPrefix();
        await using RedisStore store = await server.StoreAsync(new RedisStoreOptions { KeyPrefix = prefix });
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => CallAsync(store, new Random(caller))));

        Keyspace keys = await Keyspace.OfAsync(server);
        IReadOnlyList<string> left = keys.Under(prefix);
        Assert.NotEmpty(left);
        // -1: it has no end; 0: it ends within this millisecond; -2: it has ended since it was listed.
        foreach (string key in left) Assert.True(await keys.TimeToLiveAsync(key) is >= 0 or -2, $"{key} has no end");
    }

    private static async Task CallAsync(RedisStore store, Random random)
    {
        LimitKind[] kinds = Enum.GetValues<LimitKind>();
        LeaseId lease = LeaseId.None;
        Charge[] charges = [];
        Decision last = default;
        for (int i = 0; i < Calls; i++)
        {
            switch (random.Next(10))
            {
                case 0 when last.IsAllowed:
                    await store.RefundAsync(charges, last);
                    last = default;
                    continue;
                case 1:
                    await store.ResetAsync(Draw(random, kinds));
                    continue;
                case 2 when lease != LeaseId.None:
                    await store.RenewAsync(charges, lease);
                    continue;
                case 3 when lease != LeaseId.None:
                    await store.ReleaseAsync(charges, lease);
                    lease = LeaseId.None;
                    continue;
                case 4 or 5:
                    // One name twice on one key with different numbers would be refused.
                    charges = [.. Enumerable.Range(0, 3).Select(_ => Draw(random, kinds)).DistinctBy(c => (c.Key, c.Limit.Name, c.Limit.GetType()))];
                    last = await store.AcquireAsync(charges);
                    break;
                case 6 or 7:
                    (charges, lease, last) = ([Draw(random, kinds)], LeaseId.Create(), default);
                    await store.EnterAsync(charges, lease);
                    continue;
                default:
                    charges = [Draw(random, kinds)];
                    last = await store.AcquireAsync(charges[0]);
                    break;
            }

            Assert.True(last.Source is DecisionSource.Store or DecisionSource.DenyCache, $"{last.Source} answered");
        }
    }

    /// <summary>Few keys and names, so that states meet numbers that are not their own.</summary>
    private static Charge Draw(Random random, LimitKind[] kinds)
    {
        TimeSpan window = TimeSpan.FromMilliseconds(random.Next(1, 4) * 700);
        Limit limit = Kinds.Of(kinds[random.Next(kinds.Length)], 1 + random.Next(20), window) with { Name = random.Next(2) == 0 ? "a" : "b" };
        return new Charge($"k{random.Next(4)}", limit, 1 + random.Next(3));
    }
}
