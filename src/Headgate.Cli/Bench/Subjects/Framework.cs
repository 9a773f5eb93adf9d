using System.Threading.RateLimiting;
using Headgate.Cli.Bench.Measuring;

namespace Headgate.Cli.Bench.Subjects;

/// <summary>
/// System.Threading.RateLimiting as its users use it: a partition for each key, a token bucket in each, the lease disposed.
/// </summary>
internal readonly struct Framework(PartitionedRateLimiter<string> limiter) : IOperation
{
    public const string Name = "System.Threading.RateLimiting";

    private readonly PartitionedRateLimiter<string> _limiter = limiter;

    /// <summary>A token every three seconds on top of two thousand million: no lap takes that many.</summary>
    public static Candidate NeverDry { get; } = new(Name, () => Create(int.MaxValue, 1, TimeSpan.FromSeconds(3)));

    /// <summary>One token a day; filling takes it.</summary>
    public static Candidate Dry { get; } =
        new(Name, () => Create(1, 1, TimeSpan.FromDays(1))) { Expectation = Expectation.Denied };

    public bool Decide(string key)
    {
        using RateLimitLease lease = _limiter.AttemptAcquire(key);
        return lease.IsAcquired;
    }

    public static PartitionedRateLimiter<string> CreateLimiter(int capacity, int tokens, TimeSpan period)
    {
        TokenBucketRateLimiterOptions options = new()
        {
            TokenLimit = capacity,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = period,
        };

        // One factory for all calls: made in the lambda below it would be another 64 bytes a decision.
        Func<string, TokenBucketRateLimiterOptions> factory = _ => options;
        return PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(key, factory));
    }

    private static Subject<Framework> Create(int capacity, int tokens, TimeSpan period)
    {
        PartitionedRateLimiter<string> limiter = CreateLimiter(capacity, tokens, period);
        return new Subject<Framework>(new Framework(limiter), limiter);
    }
}
