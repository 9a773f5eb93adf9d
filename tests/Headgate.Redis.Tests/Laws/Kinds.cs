using Headgate.Conformance.Generation;

namespace Headgate.Redis.Tests.Laws;

/// <summary>One limit of each kind.</summary>
internal static class Kinds
{
    /// <summary>The longest there is: no window ends, and nothing to speak of comes back, while a test runs.</summary>
    public static TimeSpan NoEnd { get; } = LimitBounds.MaxPeriod;

    public static TheoryData<LimitKind> All => [.. Enum.GetValues<LimitKind>()];

    /// <summary>So many permits, all of which are back within two times the window.</summary>
    public static Limit Of(LimitKind kind, long permits, TimeSpan window) => kind switch
    {
        LimitKind.TokenBucket => Limit.TokenBucket(permits, Rate.Per(permits, window)),
        LimitKind.LeakyBucket => Limit.LeakyBucket(permits, Rate.Per(permits, window)),
        LimitKind.FixedWindow => Limit.FixedWindow(permits, window),
        LimitKind.SlidingWindow => Limit.SlidingWindow(permits, window),
        LimitKind.SlidingLog => Limit.SlidingLog(permits, window),
        _ => Limit.Concurrency(permits, window),
    };

    public static Charge[] On(string key, Limit limit, long cost = 1) => [new Charge(key, limit, cost)];
}
