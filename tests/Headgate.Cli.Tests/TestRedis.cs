using StackExchange.Redis;

namespace Headgate.Cli.Tests;

/// <summary>The servers that ./test starts (eng/redis-servers).</summary>
internal static class TestRedis
{
    /// <summary>host:port.</summary>
    public static string Standalone => Named("HEADGATE_TEST_REDIS");

    /// <summary>host:port,password=...</summary>
    public static string WithPassword => Named("HEADGATE_TEST_REDIS_PASSWORD");

    /// <summary>A prefix that no other test has.</summary>
    public static string NewPrefix() => $"cli{Guid.NewGuid():N}"[..12];

    /// <summary>All keys that begin so.</summary>
    public static async Task<string[]> KeysAsync(string prefix)
    {
        using ConnectionMultiplexer redis = await ConnectionMultiplexer.ConnectAsync(Standalone);
        return (string[])await redis.GetDatabase().ExecuteAsync("KEYS", $"{prefix}*");
    }

    private static string Named(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"{variable} is not set: run ./test, which starts the Redis servers that tests need.");
}
