namespace Headgate.Redis.Tests.Servers;

/// <summary>The servers that <c>eng/redis-servers</c> starts for a run of ./test.</summary>
public static class TestServers
{
    public static TestServer Standalone { get; } = new("HEADGATE_TEST_REDIS");

    /// <summary>It answers only who knows its password; <see cref="TestServer.Configuration"/> has it.</summary>
    public static TestServer WithPassword { get; } = new("HEADGATE_TEST_REDIS_PASSWORD");

    /// <summary>Three masters and three replicas.</summary>
    public static TestServer Cluster { get; } = new("HEADGATE_TEST_REDIS_CLUSTER");
}
