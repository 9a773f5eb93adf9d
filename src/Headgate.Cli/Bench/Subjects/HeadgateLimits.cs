using Headgate.Cli.Bench.Measuring;

namespace Headgate.Cli.Bench.Subjects;

/// <summary>
/// The limits that are measured: with numbers as people use them, but too large to run dry, so that every call does the whole
/// work.
/// </summary>
internal static class HeadgateLimits
{
    public const string Name = "Headgate token bucket";

    public const string Composite = "token bucket and sliding window";
    public const string OneCharge = "list of one charge";
    public const string TwoCharges = "list of two charges, two keys";

    private const long Plenty = 1_000_000_000;
    private const long PlentyASecond = 1_000_000_000;
    private const string Key = "one of 32 characters, like all..";

    /// <summary>Slow to refill, so that no key is as good as new, and dropped, while others are asked for.</summary>
    private static readonly Rate Slow = Rate.Per(1, TimeSpan.FromSeconds(3));

    public static Limit TokenBucket { get; } = Limit.TokenBucket(Plenty, Slow);

    public static Candidate NeverDry { get; } = Acquire.Candidate(Name, TokenBucket);

    public static Candidate Dry { get; } = Acquire.Candidate(Name, Limit.TokenBucket(1, Rate.PerDay(1)), Expectation.Denied);

    /// <summary>Every limit on one key, one call each.</summary>
    public static IReadOnlyList<Candidate> All { get; } =
    [
        NeverDry,
        Acquire.Candidate("token bucket, 7 a minute", Limit.TokenBucket(300_000_000, Rate.PerMinute(7))),
        Acquire.Candidate("leaky bucket", Limit.LeakyBucket(Plenty, Slow)),
        Acquire.Candidate("fixed window", Limit.FixedWindow(PlentyASecond, TimeSpan.FromSeconds(1))),
        Acquire.Candidate("sliding window", Limit.SlidingWindow(PlentyASecond, TimeSpan.FromSeconds(1))),

        // About 1,000 entries, one for each microsecond: as many leave as come.
        Acquire.Candidate("sliding log, as many leave as come", Limit.SlidingLog(1_000_000, TimeSpan.FromMilliseconds(1))),
        Acquire.Candidate("sliding log, full", Limit.SlidingLog(1, TimeSpan.FromDays(1)), Expectation.Denied),
        EnterAndRelease.Candidate("concurrency, enter or release", new Charge(Key, Limit.Concurrency(1000))),
        Acquire.Candidate(Composite,
            Limit.AllOf(TokenBucket, Limit.SlidingWindow(PlentyASecond, TimeSpan.FromSeconds(1)))),
    ];

    public static IReadOnlyList<Candidate> Lists { get; } =
    [
        AcquireList.Candidate(OneCharge, new Charge(Key, TokenBucket)),
        AcquireList.Candidate(TwoCharges, new Charge(Key, TokenBucket),
            new Charge("another of 32, like the others..", TokenBucket)),
        Acquire.Candidate("one charge by Limiter.Acquire", TokenBucket),
    ];
}
