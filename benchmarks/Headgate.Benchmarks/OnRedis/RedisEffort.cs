using Headgate.Cli.Bench.OnRedis;

namespace Headgate.Benchmarks.OnRedis;

/// <summary>What a mode means on Redis.</summary>
internal static class RedisEffort
{
    public static RemoteEffort Remote(this Mode mode) => mode switch
    {
        Mode.Full => new RemoteEffort(5, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), 500_000),
        Mode.Quick => RemoteEffort.Quick,
        _ => RemoteEffort.Smoke,
    };
}
