namespace Headgate.Redis;

/// <summary>How a <see cref="RedisStore"/> and its Redis are.</summary>
/// <param name="IsReachable">True if Redis answered a command of the store's within the time-out, just now.</param>
/// <param name="RoundTrip">How long that took; zero if it did not answer.</param>
/// <param name="Breaker">Whether calls are let through.</param>
/// <param name="LastError">What went wrong last, and what to do; null if nothing has since Redis last answered.</param>
public sealed record RedisHealth(bool IsReachable, TimeSpan RoundTrip, BreakerState Breaker, string? LastError);

/// <summary>What the circuit breaker does with calls.</summary>
public enum BreakerState
{
    /// <summary>Calls go to Redis.</summary>
    Closed = 0,

    /// <summary>Calls are answered by the failure mode at once, without waiting for Redis, which is probed in the background.</summary>
    Open = 1,
}

/// <summary>A store that can say how its Redis is: <see cref="RedisStore"/>, and the store of an application that is on Redis. Thread-safe.</summary>
public interface IRedisHealthSource
{
    /// <summary>Asks Redis now. Takes no longer than the store's time-out, and never throws because Redis does not answer.</summary>
    /// <param name="ct">Cancels the wait.</param>
    /// <exception cref="ObjectDisposedException">The store was disposed.</exception>
    ValueTask<RedisHealth> CheckHealthAsync(CancellationToken ct = default);
}
