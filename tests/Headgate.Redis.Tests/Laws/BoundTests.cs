using Headgate.Conformance.Generation;

namespace Headgate.Redis.Tests.Laws;

/// <summary>Law 3 by the server's clock: two stores hammer one key for some windows, and what was admitted when obeys the limit's bound.</summary>
public class BoundTests
{
    private const long Permits = 20;
    private const long WindowMicros = 120_000;

    private static readonly TimeSpan Window = TimeSpan.FromMicroseconds(WindowMicros);

    [Fact]
    public async Task A_sliding_log_admits_at_most_its_permits_in_any_window()
    {
        List<(long At, long Cost)> admitted = await HammerAsync(LimitKind.SlidingLog);
        for (int i = 0; i < admitted.Count; i++)
        {
            long end = admitted[i].At;
            Assert.InRange(admitted.Where(a => a.At > end - WindowMicros && a.At <= end).Sum(a => a.Cost), 1, Permits);
        }

        AssertGoesOn(admitted);
    }

    [Theory]
    [InlineData(LimitKind.TokenBucket)]
    [InlineData(LimitKind.LeakyBucket)]
    public async Task A_bucket_admits_at_most_its_burst_and_what_its_rate_gives_in_any_span(LimitKind kind)
    {
        List<(long At, long Cost)> admitted = await HammerAsync(kind);
        for (int from = 0; from < admitted.Count; from++)
        {
            long sum = 0;
            for (int to = from; to < admitted.Count; to++)
            {
                sum += admitted[to].Cost;
                Assert.InRange(sum, 1, Permits + (Permits * (admitted[to].At - admitted[from].At) / WindowMicros));
            }
        }

        AssertGoesOn(admitted);
    }

    [Fact]
    public async Task A_fixed_window_admits_at_most_its_permits_in_each_aligned_window()
    {
        List<(long At, long Cost)> admitted = await HammerAsync(LimitKind.FixedWindow);
        Assert.All(admitted.GroupBy(a => a.At / WindowMicros), window => Assert.InRange(window.Sum(a => a.Cost), 1, Permits));
        AssertGoesOn(admitted);
    }

    /// <summary>The checks above could not tell a limit from one that denies everything.</summary>
    private static void AssertGoesOn(List<(long At, long Cost)> admitted)
    {
        long windows = (admitted[^1].At - admitted[0].At) / WindowMicros;
        Assert.InRange(windows, 3, long.MaxValue);
        Assert.InRange(admitted.Sum(a => a.Cost), Permits + 1, long.MaxValue);
    }

    /// <summary>The server's times of what was admitted, in order.</summary>
    private static async Task<List<(long At, long Cost)>> HammerAsync(LimitKind kind)
    {
        string prefix = TestServer.NewPrefix();
        await using RedisStore one = await TestServers.Standalone.StoreAsync(new RedisStoreOptions { KeyPrefix = prefix });
        await using RedisStore other = await TestServers.Standalone.StoreAsync(new RedisStoreOptions { KeyPrefix = prefix });
        Limit limit = Kinds.Of(kind, Permits, Window);
        DateTimeOffset start = (await one.AcquireAsync(new Charge("clock", limit))).DecidedAt;
        List<(long At, long Cost)>[] admitted = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(caller => CallAsync(caller % 2 == 0 ? one : other, limit, new Random(caller), start + (5 * Window))));
        return [.. admitted.SelectMany(a => a).OrderBy(a => a.At)];
    }

    private static async Task<List<(long At, long Cost)>> CallAsync(RedisStore store, Limit limit, Random random, DateTimeOffset until)
    {
        List<(long At, long Cost)> admitted = [];
        Decision decision;
        do
        {
            long cost = 1 + random.Next(3);
            decision = await store.AcquireAsync(new Charge("k", limit, cost));
            Assert.True(decision.Source is DecisionSource.Store or DecisionSource.DenyCache, $"{decision.Source} answered");
            if (decision.IsAllowed) admitted.Add(((decision.DecidedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, cost));
            // Or the deny cache would keep this thread from whoever else needs it.
            else await Task.Delay(1, TestContext.Current.CancellationToken);
        }
        while (decision.DecidedAt < until);
        return admitted;
    }
}
