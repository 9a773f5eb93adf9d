namespace Headgate.Extensions;

/// <summary>How a Headgate limit behaves as a <c>PartitionedRateLimiter&lt;TResource&gt;</c>. Immutable; checked when the adapter is made.</summary>
/// <typeparam name="TResource">What is limited: <c>HttpContext</c> in ASP.NET Core.</typeparam>
public sealed record PartitionedRateLimiterAdapterOptions<TResource> : RateLimiterAdapterOptions
{
    /// <summary>
    /// What one permit of a resource costs: 0 or more; 0 is free and asks nobody. It is multiplied by the permits asked for. Null (the
    /// default): 1. A negative cost throws <see cref="ArgumentOutOfRangeException"/> where permits are asked for.
    /// </summary>
    public Func<TResource, long>? Cost { get; init; }

    /// <summary>
    /// True if the work that a lease was for has begun. Asked once, when the lease is disposed, on the thread that disposes it. If it says
    /// false the permits go back: the middleware and chained limiters dispose a lease unused when the next limiter refuses, and nothing
    /// else tells that from a lease whose work is done. Null (the default): what was charged stays charged.
    /// </summary>
    public Func<TResource, bool>? HasRun { get; init; }
}
