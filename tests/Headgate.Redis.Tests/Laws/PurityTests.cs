using Headgate.Conformance.Generation;

namespace Headgate.Redis.Tests.Laws;

/// <summary>Law 2 in Redis's own terms: after denials and peeks every key has the same bytes and the same end, and none came to be.</summary>
public class PurityTests
{
    public static TheoryData<LimitKind> All => Kinds.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Denials_and_peeks_leave_the_bytes_and_the_end_of_a_key_as_they_were(LimitKind kind)
    {
        string prefix = TestServer.NewPrefix();
        await using RedisStore store = await StoreAsync(prefix);
        Limit limit = Kinds.Of(kind, 5, Kinds.NoEnd);
        Limit roomy = Kinds.Of(kind, 50, Kinds.NoEnd);
        Assert.True((await store.AcquireAsync(new Charge("k", limit, 2))).IsAllowed);
        Assert.True((await store.AcquireAsync(new Charge("k", limit, 1))).IsAllowed);
        Assert.True((await store.AcquireAsync(new Charge("k", roomy, 1))).IsAllowed);
        IReadOnlyDictionary<string, string> before = await SnapshotAsync(prefix);
        Assert.Equal(kind == LimitKind.Concurrency ? 4 : 2, before.Count);

        for (int i = 0; i < 5; i++)
        {
            Assert.False((await store.AcquireAsync(new Charge("k", limit, 4))).IsAllowed);
            Assert.False((await store.AcquireAsync(new Charge("k", limit, 6))).IsAllowed);
            Assert.False((await store.AcquireAsync(new Charge("k", limit, long.MaxValue))).IsAllowed);
            Assert.True((await store.AcquireAsync(new Charge("k", limit, 0))).IsAllowed);
            Assert.False((await store.AcquireAsync(new Charge[] { new("k", roomy), new("k", limit, 3) })).IsAllowed);
            Assert.False((await store.AcquireAsync(new Charge[] { new("new", roomy), new("k", limit, 3) })).IsAllowed);
            Assert.False((await store.AcquireAsync(Kinds.On("k", Limit.AllOf(roomy, limit), 3))).IsAllowed);
            Assert.False((await store.EnterAsync(Kinds.On("k", limit, 3), LeaseId.Create())).IsAllowed);
            Assert.True((await store.PeekAsync(Kinds.On("k", limit, 2))).IsAllowed);
            Assert.False((await store.PeekAsync(Kinds.On("k", limit, 3))).IsAllowed);
            await store.ForecastAsync(Kinds.On("k", limit), new long[] { 1, 2, 3 });
            // Looking at once takes another way through the store than looking in turn.
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.AcquireAsync(new Charge("k", limit, 3)).AsTask()));
        }

        Assert.Equal(before, await SnapshotAsync(prefix));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_key_never_seen_is_not_made_by_a_denial_or_a_peek(LimitKind kind)
    {
        string prefix = TestServer.NewPrefix();
        await using RedisStore store = await StoreAsync(prefix);
        Limit limit = Kinds.Of(kind, 5, Kinds.NoEnd);
        Assert.False((await store.AcquireAsync(new Charge("k", limit, 6))).IsAllowed);
        Assert.False((await store.AcquireAsync(new Charge[] { new("a", limit), new("b", limit, 6), new("c", limit) })).IsAllowed);
        Assert.False((await store.EnterAsync(Kinds.On("k", limit, 6), LeaseId.Create())).IsAllowed);
        Assert.True((await store.AcquireAsync(new Charge("k", limit, 0))).IsAllowed);
        Assert.True((await store.PeekAsync(Kinds.On("k", limit, 5))).IsAllowed);
        await store.ForecastAsync(Kinds.On("k", limit), new long[] { 1, 2, 3 });
        await store.ResetAsync(new Charge("k", limit));
        await store.RefundAsync(Kinds.On("k", limit), new Decision { IsAllowed = true, Source = DecisionSource.Store, DecidedAt = DateTimeOffset.UnixEpoch });
        await store.RenewAsync(Kinds.On("k", limit), LeaseId.Create());
        await store.ReleaseAsync(Kinds.On("k", limit), LeaseId.Create());
        Assert.Empty((await Keyspace.OfAsync(TestServers.Standalone)).Under(prefix));
    }

    private static async Task<RedisStore> StoreAsync(string prefix) =>
        await TestServers.Standalone.StoreAsync(new RedisStoreOptions { KeyPrefix = prefix, DenyCacheSize = 0 });

    private static async Task<IReadOnlyDictionary<string, string>> SnapshotAsync(string prefix)
    {
        Keyspace keys = await Keyspace.OfAsync(TestServers.Standalone);
        SortedDictionary<string, string> snapshot = new(StringComparer.Ordinal);
        foreach (string key in keys.Under(prefix))
            snapshot.Add(key, $"{Convert.ToHexString(await keys.DumpAsync(key) ?? [])} until {await keys.EndAsync(key)}");
        return snapshot;
    }
}
