using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Redis;

/// <summary>Settings of a <see cref="RedisStore"/>; read once, when it is built. All who share limits must have the same
/// <see cref="KeyPrefix"/>, <see cref="Database"/> and <see cref="ReadableKeys"/>.</summary>
public sealed record RedisStoreOptions
{
    /// <summary>The longest <see cref="KeyPrefix"/>: 64 characters.</summary>
    public const int MaxPrefixLength = 64;

    /// <summary>The most <see cref="MaxCallsInFlight"/> may be: 1,024.</summary>
    public const int MostCallsInFlight = 1_024;

    /// <summary>The most <see cref="MaxDecisionsPerCall"/> may be: 1,024.</summary>
    public const int MostDecisionsPerCall = 1_024;

    /// <summary>The most <see cref="DenyCacheSize"/> may be: 16,777,216 keys.</summary>
    public const int MostDenyCacheSize = 1 << 24;

    /// <summary>
    /// What all keys begin with, "hg" by default; two applications with different prefixes never meet. 1 to 64 printable ASCII characters
    /// without braces, colons and spaces.
    /// </summary>
    public string KeyPrefix { get; init; } = "hg";

    /// <summary>The database number; -1 (the default) for the connection's own. A cluster has only 0.</summary>
    public int Database { get; init; } = -1;

    /// <summary>
    /// The longest any call waits for Redis, 100 ms by default; 1 ms to 1 minute. Then <see cref="FailureMode"/> answers. The charge may
    /// have been made all the same, and is never tried a second time.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>What to answer when Redis cannot: <see cref="FailureMode.Open"/> by default. A limiter's own failure mode wins over this.</summary>
    public FailureMode FailureMode { get; init; } = FailureMode.Open;

    /// <summary>
    /// The share of every limit's permits that <see cref="FailureMode.Local"/> gives in this process while Redis is away: above 0, at most 1
    /// (the default). With n processes 1/n keeps the sum at what Redis would have given; rounded up to at least one permit.
    /// </summary>
    public double LocalShare { get; init; } = 1;

    /// <summary>
    /// False (the default): keys are 128-bit hashes, short, of one length, and say nothing about whom they stand for. True: keys spell out
    /// the namespace, the limit and the partition key, for debugging, at some 32 bytes and more a key.
    /// </summary>
    public bool ReadableKeys { get; init; }

    /// <summary>
    /// Calls to Redis that may be on their way at once, 4 by default, 1 to 1,024; what comes meanwhile goes with the next call. 1 switches
    /// pipelining off.
    /// </summary>
    public int MaxCallsInFlight { get; init; } = 4;

    /// <summary>Decisions that one call to Redis may carry where they share a server (in a cluster: a slot), 256 by default, 1 to 1,024. 1 sends each alone.</summary>
    public int MaxDecisionsPerCall { get; init; } = 256;

    /// <summary>True (the default): charges that wait for one key and limit travel as one and are given out first come first served.</summary>
    public bool MergeCharges { get; init; } = true;

    /// <summary>Denied keys remembered locally until their exact retry time, 65,536 by default, up to 2^24, rounded up to a power of two; 0 switches it off.</summary>
    public int DenyCacheSize { get; init; } = 65_536;

    /// <summary>
    /// The longest a denial is remembered before Redis is asked again, 1 s by default, up to 1 hour: how late a reset or refund made by
    /// another process may be noticed.
    /// </summary>
    public TimeSpan DenyCacheTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Where the store says what an operator should know; nowhere by default. No key of a caller and no password is ever logged.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The clock of time-outs, of the circuit breaker and of the deny cache; null for the system's. Limits go by the server's clock.</summary>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>Reserved for tests: the time in microseconds since 1970 that scripts take instead of the server's. Keys then live for ten minutes.</summary>
    internal Func<long>? ScriptTime { get; init; }
}
