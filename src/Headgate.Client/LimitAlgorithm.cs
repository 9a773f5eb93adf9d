namespace Headgate.Client;

/// <summary>How an action is limited.</summary>
public enum LimitAlgorithm
{
    /// <summary><c>sliding_log</c>, the service's default: at most so many in any span of the window, exactly.</summary>
    SlidingLog = 0,

    /// <summary><c>sliding_window</c>: an estimate from two windows.</summary>
    SlidingWindow = 1,

    /// <summary><c>fixed_window</c>: so many in each window by the clock.</summary>
    FixedWindow = 2,

    /// <summary><c>token_bucket</c>: bursts, and a steady rate in the long run.</summary>
    TokenBucket = 3,

    /// <summary><c>leaky_bucket</c>: work leaves at a steady pace.</summary>
    LeakyBucket = 4,

    /// <summary><c>concurrency</c>: so many at work at once; the window is the lease time.</summary>
    Concurrency = 5,

    /// <summary><c>hybrid</c>: a token bucket and a sliding window as one decision.</summary>
    Hybrid = 6,

    /// <summary><c>custom</c>: any limit, written as text.</summary>
    Custom = 7,
}
