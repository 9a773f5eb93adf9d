using Headgate.Conformance.Generation;
using StackExchange.Redis;

namespace Headgate.Redis.Tests.Laws;

/// <summary>Law 8: the server's clock rules. Processes whose own clocks are hours apart share a limit as if they were not.</summary>
public class ClockTests
{
    private static readonly TimeSpan Apart = TimeSpan.FromHours(5);

    public static TheoryData<LimitKind> All => Kinds.All;

    [Theory]
    [MemberData(nameof(All))]
    public async Task Clients_whose_clocks_are_hours_apart_share_a_limit(LimitKind kind)
    {
        await using Clients clients = await Clients.CreateAsync();
        Limit limit = Kinds.Of(kind, 10, Kinds.NoEnd);
        List<Decision> decisions = [];
        for (int i = 0; i < 24; i++) decisions.Add(await clients.Of(i).AcquireAsync(new Charge("k", limit)));

        Assert.Equal(Enumerable.Repeat(true, 10).Concat(Enumerable.Repeat(false, 14)), decisions.Select(d => d.IsAllowed));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => 9L - i), decisions.Take(10).Select(d => d.Remaining));
        Assert.All(decisions, d => Assert.InRange(d.DecidedAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5)));
        // Whoever tells it and whenever: the permit comes back at one time.
        Assert.Single(decisions.Skip(10).Select(d => d.DecidedAt + d.RetryAfter).Distinct());
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_retry_by_one_client_is_admitted_when_another_was_told_so(LimitKind kind)
    {
        await using Clients clients = await Clients.CreateAsync();
        Limit limit = Kinds.Of(kind, 2, TimeSpan.FromMilliseconds(300));
        string key = "k";
        Decision denied = default;
        // A window may end between the charge and the denial.
        for (int i = 0; i < 20 && (i == 0 || denied.IsAllowed); i++)
        {
            key = $"{i}";
            await clients.Of(0).AcquireAsync(new Charge(key, limit, 2));
            denied = await clients.Of(1).AcquireAsync(new Charge(key, limit));
        }

        Assert.False(denied.IsAllowed);
        await clients.UntilAsync(denied.DecidedAt + denied.RetryAfter);
        Assert.True((await clients.Of(0).AcquireAsync(new Charge(key, limit))).IsAllowed);
        Assert.True((await clients.Of(1).PeekAsync(Kinds.On(key, limit, 0))).IsAllowed);
    }

    /// <summary>Two stores with one prefix, each with a connection and a clock of its own.</summary>
    private sealed class Clients(ConnectionMultiplexer[] connections, RedisStore[] stores) : IAsyncDisposable
    {
        public static async Task<Clients> CreateAsync()
        {
            string prefix = TestServer.NewPrefix();
            List<ConnectionMultiplexer> connections = [];
            List<RedisStore> stores = [];
            foreach (TimeSpan wrongBy in new[] { Apart, -Apart })
            {
                connections.Add(await TestServers.Standalone.ConnectAsync());
                RedisStoreOptions options = new() { KeyPrefix = prefix, TimeProvider = new WrongClock(wrongBy) };
                stores.Add(new RedisStore(connections[^1], TestServer.InTests(options)));
            }

            return new Clients([.. connections], [.. stores]);
        }

        public RedisStore Of(int client) => stores[client % stores.Length];

        /// <summary>Waits by the server's clock.</summary>
        public async Task UntilAsync(DateTimeOffset time)
        {
            Keyspace keys = new(connections[0]);
            long micros = (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
            while (await keys.NowAsync() < micros) await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (RedisStore store in stores) await store.DisposeAsync();
            foreach (ConnectionMultiplexer connection in connections) connection.Dispose();
        }
    }

    /// <summary>The system's clock, set wrong.</summary>
    private sealed class WrongClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;

        public override long GetTimestamp() => base.GetTimestamp() + (long)(by.TotalSeconds * TimestampFrequency);
    }
}
