using StackExchange.Redis;

namespace Headgate.Redis.Tests.Laws;

/// <summary>The ways to a Redis that is there; those to one that is not are in Faults/.</summary>
public class ConnectionTests
{
    private static readonly Limit Five = Limit.TokenBucket(5, Rate.PerHour(1));

    public static TheoryData<string> Servers => ["standalone", "password", "cluster"];

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_store_connects_by_a_connection_string_and_is_healthy(string name)
    {
        TestServer server = name switch { "cluster" => TestServers.Cluster, "password" => TestServers.WithPassword, _ => TestServers.Standalone };
        await using RedisStore store = await RedisStore.ConnectAsync(
            server.Configuration, TestServer.InTests(new RedisStoreOptions()), TestContext.Current.CancellationToken);
        Decision decision = await store.AcquireAsync(new Charge("k", Five, 2));
        Assert.Equal((true, DecisionSource.Store, 3), (decision.IsAllowed, decision.Source, decision.Remaining));

        RedisHealth health = await store.CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal((true, BreakerState.Closed, null), (health.IsReachable, health.Breaker, health.LastError));
        Assert.InRange(health.RoundTrip, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task An_applications_connection_stays_the_applications()
    {
        using ConnectionMultiplexer connection = await TestServers.Standalone.ConnectAsync();
        RedisStore store = new(connection, TestServer.InTests(new RedisStoreOptions()));
        await store.AcquireAsync(new Charge("k", Five));
        await store.DisposeAsync();
        Assert.True(connection.IsConnected);
        await connection.GetDatabase().PingAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.AcquireAsync(new Charge("k", Five)));
    }
}
