namespace Headgate.Redis;

/// <summary>What the Redis store reports, under the meter <see cref="HeadgateDiagnostics.MeterName"/>. No key is ever a tag.</summary>
/// <remarks>
/// <list type="table">
/// <listheader><term>instrument</term><description>meaning</description></listheader>
/// <item><term>headgate.redis.call.duration s</term><description>time of one call to Redis, by <c>outcome</c> (answered, refused, failed, timed_out)</description></item>
/// <item><term>headgate.redis.call.decisions {decision}</term><description>decisions that one call carried</description></item>
/// <item><term>headgate.redis.merged_charges {charge}</term><description>charges that travelled with another of the same key and limit</description></item>
/// <item><term>headgate.redis.deny_cache.hits {decision}</term><description>denials known locally, without asking Redis</description></item>
/// <item><term>headgate.redis.fallbacks {decision}</term><description>decisions taken by a failure mode, by <c>mode</c> (open, closed, local)</description></item>
/// <item><term>headgate.redis.breaker.changes {change}</term><description>changes of the circuit breaker, by <c>state</c> (open, closed)</description></item>
/// <item><term>headgate.redis.script_loads {load}</term><description>times that Redis did not know the script and was given it anew</description></item>
/// </list>
/// </remarks>
public static class RedisDiagnostics
{
    /// <summary>The category of what the store logs, for whoever filters logs: <c>Headgate.Redis.RedisStore</c>.</summary>
    public const string LogCategory = "Headgate.Redis.RedisStore";
}
