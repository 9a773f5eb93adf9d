using Headgate.Conformance.Generation;
using StackExchange.Redis;

namespace Headgate.Redis.Tests.Laws;

/// <summary>Law 11 over several connections, as several processes are. The scenario first finds a counter that reads and then writes.</summary>
public class ParallelTests
{
    private const int Callers = 200;
    private const int Permits = 100;
    private const int Connections = 4;

    public static TheoryData<LimitKind> All => Kinds.All;

    [Fact]
    public async Task A_counter_that_reads_and_then_writes_is_found_out()
    {
        ConnectionMultiplexer[] connections = await ConnectAsync(TestServers.Standalone);
        RedisKey key = TestServer.NewPrefix();
        bool[] admitted = await TogetherAsync(async caller =>
        {
            IDatabase database = connections[caller % Connections].GetDatabase();
            long count = (long)await database.StringGetAsync(key);
            if (count >= Permits) return false;
            await database.StringSetAsync(key, count + 1, TimeSpan.FromSeconds(10));
            return true;
        });
        foreach (ConnectionMultiplexer connection in connections) connection.Dispose();
        Assert.NotEqual(Permits, admitted.Count(a => a));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Of_200_parallel_callers_over_four_connections_exactly_100_get_one_of_100_permits(LimitKind kind)
    {
        Limit limit = Kinds.Of(kind, Permits, Kinds.NoEnd);
        foreach (TestServer server in new[] { TestServers.Standalone, TestServers.Cluster })
        {
            foreach (bool merge in new[] { true, false })
            {
                string prefix = TestServer.NewPrefix();
                ConnectionMultiplexer[] connections = await ConnectAsync(server);
                RedisStore[] stores =
                [
                    .. connections.Select(c => new RedisStore(c, TestServer.InTests(new RedisStoreOptions { KeyPrefix = prefix, MergeCharges = merge }))),
                ];
                Decision[] decisions = await TogetherAsync(async caller => await stores[caller % Connections].AcquireAsync(new Charge("k", limit)));
                foreach (RedisStore store in stores) await store.DisposeAsync();
                foreach (ConnectionMultiplexer connection in connections) connection.Dispose();

                Assert.All(decisions, d => Assert.True(d.Source is DecisionSource.Store or DecisionSource.DenyCache, $"{d.Source} answered"));
                // One for each number from 99 to 0: some order in which they came one after another.
                Assert.Equal(Enumerable.Range(0, Permits).Select(i => (long)i), decisions.Where(d => d.IsAllowed).Select(d => d.Remaining).Order());
            }
        }
    }

    private static Task<ConnectionMultiplexer[]> ConnectAsync(TestServer server) =>
        Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => server.ConnectAsync()));

    private static Task<T[]> TogetherAsync<T>(Func<int, Task<T>> call) =>
        Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => call(caller))));
}
