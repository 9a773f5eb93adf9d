using System.Threading.RateLimiting;
using Headgate.Conformance;

namespace Headgate.Extensions.Tests.RateLimiting;

/// <summary>A limit in memory as a <see cref="PartitionedRateLimiter{TResource}"/>.</summary>
public sealed class PartitionedTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly MemoryStore _store;
    private readonly Limiter _three;

    public PartitionedTests()
    {
        _store = new MemoryStore(_clock);
        _three = new Limiter(Limit.TokenBucket(3, Rate.PerMinute(1)), _store);
    }

    private sealed class Work(string key, long cost = 1)
    {
        public string Key => key;

        public long Cost => cost;

        public bool Ran { get; set; }
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    private async Task<long> LeftAsync() => (await _store.PeekAsync(new Charge[] { new("all", _three.Limit) }, Ct)).Remaining;

    [Fact]
    public async Task Each_key_has_its_own_permits()
    {
        using PartitionedRateLimiter<Work> limiter = _three.AsPartitionedRateLimiter<Work>(w => w.Key);
        Assert.True(limiter.AttemptAcquire(new("a"), 3).IsAcquired);
        Assert.False((await limiter.AcquireAsync(new("a"), 1, Ct)).IsAcquired);
        Assert.True((await limiter.AcquireAsync(new("b"), 3, Ct)).IsAcquired);
        Assert.Equal((0L, 0L, 3L), (Available("a"), Available("b"), Available("c")));
        Assert.Equal((2L, 1L), (limiter.GetStatistics(new("c"))!.TotalSuccessfulLeases, limiter.GetStatistics(new("c"))!.TotalFailedLeases));

        long Available(string key) => limiter.GetStatistics(new(key))!.CurrentAvailablePermits;
    }

    [Fact]
    public void A_limit_and_a_store_are_enough()
    {
        using PartitionedRateLimiter<Work> limiter = Limit.TokenBucket(1, Rate.PerMinute(1)).AsPartitionedRateLimiter<Work>(_store, w => w.Key, new() { Name = "n" });
        Assert.True(limiter.AttemptAcquire(new("a")).IsAcquired);
        Assert.False(limiter.AttemptAcquire(new("a")).IsAcquired);
        Assert.True(limiter.AttemptAcquire(new("b")).IsAcquired);
    }

    [Fact]
    public async Task A_resource_costs_what_it_says()
    {
        using PartitionedRateLimiter<Work> limiter = _three.AsPartitionedRateLimiter<Work>(w => w.Key, new() { Cost = w => w.Cost });
        Assert.True(limiter.AttemptAcquire(new("a", 2)).IsAcquired);
        Assert.False((await limiter.AcquireAsync(new("a", 1), 2, Ct)).IsAcquired);
        Assert.True(limiter.AttemptAcquire(new("a", 0)).IsAcquired);
        Assert.True((await limiter.AcquireAsync(new("a", 0), 7, Ct)).IsAcquired);
        Assert.Equal(1, limiter.GetStatistics(new("a"))!.CurrentAvailablePermits);
        RateLimitLease absurd = limiter.AttemptAcquire(new("a", long.MaxValue / 2), 5);
        Assert.False(absurd.IsAcquired);
        Assert.False(absurd.TryGetMetadata(MetadataName.RetryAfter, out _));
        ArgumentOutOfRangeException negative = Assert.Throws<ArgumentOutOfRangeException>(() => limiter.AttemptAcquire(new("a", -1)));
        Assert.Contains("The cost of a permit is -1; it must be 0 or more", negative.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lease_whose_work_did_not_run_gives_its_permits_back_once()
    {
        using PartitionedRateLimiter<Work> limiter = _three.AsPartitionedRateLimiter<Work>(w => w.Key, new() { HasRun = w => w.Ran });
        RateLimitLease wasted = limiter.AttemptAcquire(new("a"), 2);
        Assert.Equal(1, limiter.GetStatistics(new("a"))!.CurrentAvailablePermits);
        RateLimitLease used = limiter.AttemptAcquire(new("a") { Ran = true });
        wasted.Dispose();
        wasted.Dispose();
        Assert.Equal(2, limiter.GetStatistics(new("a"))!.CurrentAvailablePermits);
        used.Dispose();
        Assert.Equal(2, limiter.GetStatistics(new("a"))!.CurrentAvailablePermits);
    }

    [Fact]
    public void Chained_limiters_that_know_what_has_run_are_charged_all_or_none()
    {
        PartitionedRateLimiterAdapterOptions<Work> options = new() { HasRun = w => w.Ran };
        using PartitionedRateLimiter<Work> three = _three.AsPartitionedRateLimiter<Work>(w => w.Key, options);
        using PartitionedRateLimiter<Work> one = Limit.TokenBucket(1, Rate.PerMinute(1)).AsPartitionedRateLimiter<Work>(_store, _ => "all", options);
        using PartitionedRateLimiter<Work> both = PartitionedRateLimiter.CreateChained(three, one);
        Assert.True(both.AttemptAcquire(new("a")).IsAcquired);
        for (int i = 0; i < 5; i++) Assert.False(both.AttemptAcquire(new("a")).IsAcquired);
        Assert.Equal(2, three.GetStatistics(new("a"))!.CurrentAvailablePermits);
    }

    [Fact]
    public void An_error_while_giving_back_is_told_and_never_thrown_at_who_disposes()
    {
        List<Exception> told = [];
        using PartitionedRateLimiter<Work> limiter = _three.AsPartitionedRateLimiter<Work>(w => w.Key,
            new() { HasRun = _ => throw new InvalidOperationException("planted"), OnReturnFailed = told.Add });
        limiter.AttemptAcquire(new("a")).Dispose();
        Assert.Equal("planted", Assert.Single(told).Message);
    }

    [Fact]
    public void Is_disposed_as_the_frameworks_are()
    {
        PartitionedRateLimiter<Work> limiter = _three.AsPartitionedRateLimiter<Work>(w => w.Key);
        limiter.Dispose();
        Assert.Throws<ObjectDisposedException>(() => limiter.AttemptAcquire(new("a")));
        Assert.Throws<ObjectDisposedException>(() => limiter.GetStatistics(new("a")));
        Assert.True(_three.Acquire("a", 3).IsAllowed);
    }

    [Fact]
    public async Task A_list_is_one_decision_and_refused_by_one_costs_the_others_nothing()
    {
        Limit one = Limit.TokenBucket(1, Rate.PerMinute(1)) with { Name = "one" };
        using PartitionedRateLimiter<Work> limiter = _store.AsPartitionedRateLimiter<Work>(
            w => w.Key.Length == 0 ? [] : [new("all", _three.Limit), new(w.Key, one)]);
        Assert.True(limiter.AttemptAcquire(new("a")).IsAcquired);
        RateLimitLease refused = limiter.AttemptAcquire(new("a"));
        Assert.True(refused.TryGetMetadata(HeadgateMetadata.Decision, out Decision decision));
        Assert.Equal("one", decision.DecidedBy);
        Assert.Equal(2, await LeftAsync());
        Assert.True(limiter.AttemptAcquire(new(""), 100).IsAcquired);
        Assert.True(limiter.AttemptAcquire(new("b"), 0).IsAcquired);
        Assert.False(limiter.AttemptAcquire(new("a"), 0).IsAcquired);
        Assert.Equal(1, limiter.GetStatistics(new("b"))!.CurrentAvailablePermits);
        Assert.Equal(2, await LeftAsync());
    }

    [Fact]
    public async Task A_list_takes_cost_async_only_and_refunds_too()
    {
        Charge[] list = [new("all", _three.Limit)];
        using PartitionedRateLimiter<Work> limiter = _store.AsPartitionedRateLimiter<Work>(
            _ => list, new() { AsyncOnly = true, Cost = w => w.Cost, HasRun = w => w.Ran, DescribeAcquired = true });
        Assert.False(limiter.AttemptAcquire(new("a")).IsAcquired);
        RateLimitLease wasted = await limiter.AcquireAsync(new("a", 3), 1, Ct);
        Assert.True(wasted.TryGetMetadata(HeadgateMetadata.Decision, out Decision decision));
        Assert.Equal(0, decision.Remaining);
        wasted.Dispose();
        Assert.Equal(3, await LeftAsync());
        (await limiter.AcquireAsync(new("a", 2) { Ran = true }, 1, Ct)).Dispose();
        Assert.Equal(1, await LeftAsync());
    }

    [Fact]
    public void A_list_refuses_what_it_cannot_keep()
    {
        using PartitionedRateLimiter<Work> limiter = _store.AsPartitionedRateLimiter<Work>(
            _ => [new("k", Limit.AllOf(_three.Limit, Limit.Concurrency(1)))]);
        Assert.Contains("must hold and renew", Assert.Throws<InvalidOperationException>(() => limiter.AttemptAcquire(new("a"))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => _store.AsPartitionedRateLimiter<Work>(_ => [], new() { QueueLimit = 1 }));
        Assert.Throws<ArgumentException>(() => _store.AsPartitionedRateLimiter<Work>(_ => [], new() { MaxWait = TimeSpan.Zero }));
    }

    [Fact]
    public async Task Any_limiter_can_be_made_async_only()
    {
        PartitionedRateLimiter<Work> inner = _three.AsPartitionedRateLimiter<Work>(w => w.Key);
        PartitionedRateLimiter<Work> limiter = inner.AsyncOnly();
        Assert.False(limiter.AttemptAcquire(new("a")).IsAcquired);
        Assert.True(limiter.AttemptAcquire(new("a"), 0).IsAcquired);
        Assert.Equal(3, limiter.GetStatistics(new("a"))!.CurrentAvailablePermits);
        Assert.True((await limiter.AcquireAsync(new("a"), 3, Ct)).IsAcquired);
        await limiter.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => inner.AttemptAcquire(new("a")));
    }
}
