using StackExchange.Redis;

namespace Headgate.Redis.Tests.Servers;

/// <summary>The rig does what the fault tests take it to do.</summary>
public class RedisProcessTests
{
    [Fact]
    public async Task A_server_can_be_stopped_continued_killed_and_started_again_on_its_port()
    {
        await using RedisProcess server = await RedisProcess.StartAsync("--requirepass", "open sesame");
        using ConnectionMultiplexer connection = await server.ConnectAsync();
        IDatabase database = connection.GetDatabase();
        Assert.True(await database.StringSetAsync("k", "v"));

        await server.StopAsync();
        Task<TimeSpan> hanging = database.PingAsync();
        Assert.NotSame(hanging, await Task.WhenAny(hanging, Task.Delay(200, TestContext.Current.CancellationToken)));
        await server.ContinueAsync();
        await hanging;

        await server.RestartAsync();
        Assert.Equal("PONG", (await server.CliAsync("PING")).Trim());
        Assert.Equal("0", (await server.CliAsync("DBSIZE")).Trim());

        await server.StopAsync();
        await server.KillAsync();
        Assert.Contains("Could not connect", await server.CliAsync("PING"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_has_its_masters_keys_and_refuses_to_be_written_to()
    {
        await using RedisProcess master = await RedisProcess.StartAsync();
        await master.CliAsync("SET", "k", "v");
        await using RedisProcess replica = await master.StartReplicaAsync();
        Assert.Equal("v", (await replica.CliAsync("GET", "k")).Trim());
        Assert.Contains("READONLY", await replica.CliAsync("SET", "k", "w"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_servers_of_the_run_are_there()
    {
        foreach (TestServer server in new[] { TestServers.Standalone, TestServers.WithPassword, TestServers.Cluster })
        {
            ConnectionMultiplexer connection = await server.SharedAsync();
            string key = TestServer.NewPrefix();
            Assert.True(await connection.GetDatabase().StringSetAsync(key, "v", TimeSpan.FromSeconds(1)));
        }

        ConnectionMultiplexer cluster = await TestServers.Cluster.SharedAsync();
        ClusterConfiguration nodes = await cluster.GetServer(TestServers.Cluster.EndPoint).ClusterNodesAsync();
        Assert.Equal((3, 3), (nodes.Nodes.Count(n => !n.IsSlave), nodes.Nodes.Count(n => n.IsSlave)));
    }
}
