namespace Headgate.Server.Tenants;

/// <summary>How an action is limited, as the service's JSON names it.</summary>
internal enum Algorithm
{
    /// <summary>The default: at most so many in any span of the window, exactly.</summary>
    SlidingLog,
    SlidingWindow,
    FixedWindow,
    TokenBucket,
    LeakyBucket,
    Concurrency,

    /// <summary>A token bucket for bursts and a sliding window for the quota, as one decision.</summary>
    Hybrid,

    /// <summary>Any limit, written as text.</summary>
    Custom,
}
