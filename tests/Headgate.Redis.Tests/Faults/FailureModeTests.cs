namespace Headgate.Redis.Tests.Faults;

/// <summary>What is answered while Redis is away, operation by operation.</summary>
[Collection(nameof(FaultTests))]
public class FailureModeTests
{
    private static readonly Limit Bucket = Limit.TokenBucket(10, Rate.PerHour(1));

    [Theory]
    [InlineData(FailureMode.Open, DecisionSource.FailOpen, 30)]
    [InlineData(FailureMode.Closed, DecisionSource.FailClosed, 0)]
    [InlineData(FailureMode.Local, DecisionSource.FailLocal, 10)]
    public async Task Each_mode_does_what_it_says_and_says_so(FailureMode mode, DecisionSource source, int expected)
    {
        await using StoreOnServer tested = await AwayAsync(new RedisStoreOptions { FailureMode = mode });
        Limiter limiter = new(Bucket, tested.Store);
        int admitted = 0;
        for (int i = 0; i < 30; i++)
        {
            Decision decision = await limiter.AcquireAsync("k");
            Assert.Equal(source, decision.Source);
            Assert.Equal(source, (await limiter.PeekAsync("k")).Source);
            if (decision.IsAllowed) admitted++;
            else Assert.True(decision.RetryAfter > TimeSpan.Zero && decision.RetryAfter <= TimeSpan.FromHours(1), $"{decision}");
        }

        Assert.Equal(expected, admitted);
    }

    [Fact]
    public async Task A_limiters_own_mode_wins_over_the_stores()
    {
        await using StoreOnServer tested = await AwayAsync(new RedisStoreOptions { FailureMode = FailureMode.Open });
        Limiter limiter = new(Bucket, tested.Store, new LimiterOptions { FailureMode = FailureMode.Closed });
        Assert.Equal(DecisionSource.FailClosed, (await limiter.AcquireAsync("k")).Source);
        Assert.Equal(DecisionSource.FailOpen, (await tested.Store.AcquireAsync(new Charge("k", Bucket))).Source);
    }

    [Theory]
    [InlineData(0.5, 5)]
    [InlineData(0.3, 3)]
    [InlineData(0.001, 1)]
    public async Task The_local_mode_gives_this_processes_share(double share, int expected)
    {
        await using StoreOnServer tested = await AwayAsync(new RedisStoreOptions { FailureMode = FailureMode.Local, LocalShare = share });
        foreach (Limit limit in new[]
        {
            Bucket, Limit.LeakyBucket(10, Rate.PerHour(1)), Limit.FixedWindow(10, TimeSpan.FromDays(365)), Limit.SlidingWindow(10, TimeSpan.FromDays(365)),
            Limit.SlidingLog(10, TimeSpan.FromHours(1)), Limit.Concurrency(10), Limit.AllOf(Bucket, Limit.Concurrency(10)),
        })
        {
            Limiter limiter = new(limit, tested.Store);
            int admitted = 0;
            for (int i = 0; i < 20; i++)
            {
                if ((await limiter.AcquireAsync($"{limit}")).IsAllowed) admitted++;
            }

            Assert.True(admitted == expected, $"{limit}: {admitted} of a share of {share}");
        }
    }

    [Fact]
    public async Task What_the_failure_mode_admitted_can_be_given_back()
    {
        await using StoreOnServer tested = await AwayAsync(new RedisStoreOptions { FailureMode = FailureMode.Local });
        Limiter limiter = new(Bucket, tested.Store);
        Decision decision = await limiter.AcquireAsync("k", 10);
        Assert.False((await limiter.AcquireAsync("k")).IsAllowed);
        await limiter.RefundAsync("k", decision, 10);
        Assert.True((await limiter.AcquireAsync("k", 10)).IsAllowed);

        Limiter open = new(Bucket, tested.Store, new LimiterOptions { FailureMode = FailureMode.Open });
        await open.RefundAsync("k", await open.AcquireAsync("k"));
        Assert.False((await limiter.AcquireAsync("k")).IsAllowed);
    }

    [Fact]
    public async Task What_no_mode_can_answer_says_that_the_store_is_unavailable()
    {
        await using StoreOnServer tested = await AwayAsync(new RedisStoreOptions { FailureMode = FailureMode.Open });
        Limiter limiter = new(Bucket, tested.Store);
        StoreUnavailableException thrown = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await limiter.ResetAsync("k"));
        Assert.Contains("Check", thrown.Message, StringComparison.Ordinal);
    }

    /// <summary>A store whose Redis was there and is dead.</summary>
    private static async Task<StoreOnServer> AwayAsync(RedisStoreOptions options)
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        StoreOnServer tested = await StoreOnServer.CreateAsync(Ownership.Store, options, server);
        Assert.Equal(DecisionSource.Store, (await tested.Store.AcquireAsync(new Charge("there", Bucket))).Source);
        await server.KillAsync();
        return tested;
    }
}
