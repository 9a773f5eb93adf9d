using Headgate.Cli.Bench.Measuring;
using Headgate.Cli.Bench.OnRedis;
using Headgate.Cli.Bench.Subjects;

namespace Headgate.Cli.Bench;

/// <summary>What a benchmark was asked to do.</summary>
internal sealed record BenchOptions
{
    public const int DefaultKeys = 100_000;

    /// <summary>Null if none was named.</summary>
    public RedisArgument? Redis { get; init; }

    /// <summary>True to take the Redis of this machine if none was named and there is one.</summary>
    public bool LooksForRedis { get; init; }

    public required IReadOnlyList<LimitChoice> Limits { get; init; }

    public bool Details { get; init; }

    public required BenchPace Pace { get; init; }

    public bool Json { get; init; }

    public int Keys { get; init; } = DefaultKeys;

    public int Threads { get; init; } = 1;
}

/// <summary>How thoroughly to measure.</summary>
internal sealed record BenchPace(Effort Memory, RemoteEffort Redis)
{
    public static BenchPace Full { get; } = new(Effort.Full, RemoteEffort.Full);

    public static BenchPace Quick { get; } = new(Effort.Quick, RemoteEffort.Quick);

    public static BenchPace Smoke { get; } = new(Effort.Smoke, RemoteEffort.Smoke);
}
