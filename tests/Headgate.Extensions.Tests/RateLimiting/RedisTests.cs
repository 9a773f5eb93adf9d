using System.Threading.RateLimiting;
using Headgate.Redis;

namespace Headgate.Extensions.Tests.RateLimiting;

/// <summary>The adapters on a real Redis, whose answer cannot be had at once.</summary>
public sealed class RedisTests : IAsyncLifetime
{
    private RedisStore _store = null!;
    private Limiter _three = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await TestRedis.StoreAsync();
        _three = new Limiter(Limit.TokenBucket(3, Rate.PerHour(1)), _store);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task The_call_that_cannot_wait_fails_and_spends_nothing()
    {
        using RateLimiter one = _three.AsRateLimiter("k");
        using PartitionedRateLimiter<string> many = _three.AsPartitionedRateLimiter<string>(k => k);
        using PartitionedRateLimiter<string> list = _store.AsPartitionedRateLimiter<string>(k => [new(k, _three.Limit)]);
        for (int i = 0; i < 10; i++)
        {
            Assert.False(one.AttemptAcquire().IsAcquired);
            Assert.False(one.AttemptAcquire(0).IsAcquired);
            Assert.False(many.AttemptAcquire("k").IsAcquired);
            Assert.False(list.AttemptAcquire("k").IsAcquired);
        }

        Assert.Equal(3, (await _three.PeekAsync("k", 1, Ct)).Remaining);
        Assert.Null(one.GetStatistics());
        Assert.Null(many.GetStatistics("k"));
    }

    [Fact]
    public async Task The_call_that_can_decides_once()
    {
        using RateLimiter limiter = _three.AsRateLimiter("k");
        Assert.True((await limiter.AcquireAsync(0, Ct)).IsAcquired);
        Assert.True((await limiter.AcquireAsync(2, Ct)).IsAcquired);
        Assert.Equal((1L, 2L, 0L), Statistics());
        Assert.True((await limiter.AcquireAsync(1, Ct)).IsAcquired);
        RateLimitLease refused = await limiter.AcquireAsync(1, Ct);
        Assert.False(refused.IsAcquired);
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan time));
        Assert.InRange(time, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.False((await limiter.AcquireAsync(0, Ct)).IsAcquired);
        RateLimitLease never = await limiter.AcquireAsync(4, Ct);
        Assert.False(never.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan _));
        Assert.Equal((0L, 3L, 3L), Statistics());

        (long, long, long) Statistics() => limiter.GetStatistics() is { } s ? (s.CurrentAvailablePermits, s.TotalSuccessfulLeases, s.TotalFailedLeases) : default;
    }

    [Fact]
    public async Task Two_hundred_callers_of_several_adapters_get_exactly_the_limit()
    {
        Limiter hundred = new(Limit.TokenBucket(100, Rate.PerDay(1)), _store);
        using PartitionedRateLimiter<int> many = hundred.AsPartitionedRateLimiter<int>(_ => "k");
        using RateLimiter one = hundred.AsRateLimiter("k");
        RateLimitLease[] leases = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
            i % 2 == 0 ? await many.AcquireAsync(i, 1, Ct) : await one.AcquireAsync(1, Ct))));
        Assert.Equal(100, leases.Count(lease => lease.IsAcquired));
    }

    [Fact]
    public async Task Who_waits_is_served_in_turn_and_who_is_cancelled_leaves_nothing_charged()
    {
        using RateLimiter limiter = _three.AsRateLimiter("k", new() { QueueLimit = 10 });
        Assert.True((await limiter.AcquireAsync(3, Ct)).IsAcquired);
        using CancellationTokenSource gone = new();
        Task<RateLimitLease> cancelled = limiter.AcquireAsync(3, gone.Token).AsTask();
        await Eventually.EqualAsync(3L, () => Task.FromResult(limiter.GetStatistics()!.CurrentQueuedCount));
        Task<RateLimitLease> served = limiter.AcquireAsync(1, Ct).AsTask();
        await Eventually.EqualAsync(4L, () => Task.FromResult(limiter.GetStatistics()!.CurrentQueuedCount));
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(served.IsCompleted);
        await _three.ResetAsync("k", Ct);
        Assert.True((await served).IsAcquired);
        Assert.Equal(2, (await _three.PeekAsync("k", 1, Ct)).Remaining);
    }

    [Fact]
    public async Task Places_are_held_until_the_lease_is_disposed_and_for_longer_than_the_lease_time()
    {
        Limiter places = new(Limit.Concurrency(2, TimeSpan.FromSeconds(1)), _store);
        using RateLimiter limiter = places.AsRateLimiter("k");
        RateLimitLease held = await limiter.AcquireAsync(2, Ct);
        Assert.True(held.IsAcquired);
        // Redis has its own clock, and a lease time has to pass there.
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System, Ct);
        Assert.False((await limiter.AcquireAsync(1, Ct)).IsAcquired);
        held.Dispose();
        held.Dispose();
        await Eventually.EqualAsync(2L, async () => (await places.PeekAsync("k", 1, Ct)).Remaining);
    }

    [Fact]
    public async Task A_lease_that_was_not_used_gives_back_without_blocking_who_disposes_it()
    {
        bool ran = false;
        using PartitionedRateLimiter<string> limiter = _three.AsPartitionedRateLimiter<string>(k => k, new() { HasRun = _ => ran });
        (await limiter.AcquireAsync("k", 3, Ct)).Dispose();
        await Eventually.EqualAsync(3L, async () => (await _three.PeekAsync("k", 1, Ct)).Remaining);
        RateLimitLease used = await limiter.AcquireAsync("k", 1, Ct);
        ran = true;
        used.Dispose();
        Assert.Equal(2, (await _three.PeekAsync("k", 1, Ct)).Remaining);
    }

    [Theory]
    [InlineData(FailureMode.Open, true)]
    [InlineData(FailureMode.Closed, false)]
    [InlineData(FailureMode.Local, true)]
    public async Task A_store_that_does_not_answer_is_met_by_the_failure_mode(FailureMode mode, bool admitted)
    {
        // Nobody listens on port 1.
        await using RedisStore away = await RedisStore.ConnectAsync("127.0.0.1:1,connectTimeout=50", new RedisStoreOptions());
        using RateLimiter limiter = Limit.TokenBucket(3, Rate.PerHour(1)).AsRateLimiter(away, "k", new() { FailureMode = mode, DescribeAcquired = true });
        RateLimitLease lease = await limiter.AcquireAsync(1, Ct);
        Assert.Equal(admitted, lease.IsAcquired);
        Assert.True(lease.TryGetMetadata(HeadgateMetadata.Decision, out Decision decision));
        using PartitionedRateLimiter<string> list = away.AsPartitionedRateLimiter<string>(k => [new(k, Limit.TokenBucket(3, Rate.PerHour(1)))], new() { FailureMode = mode });
        Assert.Equal(admitted, (await list.AcquireAsync("k", 1, Ct)).IsAcquired);
        Assert.Equal(mode.ToString(), decision.Source.ToString().Replace("Fail", "", StringComparison.Ordinal));
        if (!admitted)
        {
            Assert.True(lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan time));
            Assert.True(lease.TryGetMetadata(MetadataName.ReasonPhrase, out string? reason));
            Assert.Equal((TimeSpan.FromSeconds(1), "The limit's store does not answer."), (time, reason));
        }
    }
}
