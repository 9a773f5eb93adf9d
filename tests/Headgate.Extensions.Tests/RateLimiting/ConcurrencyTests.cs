using System.Threading.RateLimiting;
using Headgate.Conformance;

namespace Headgate.Extensions.Tests.RateLimiting;

/// <summary>Concurrency limits in memory: the lease holds places until it is disposed.</summary>
public sealed class ConcurrencyTests : IDisposable
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromMinutes(1);

    private readonly FakeClock _clock = new();
    private readonly MemoryStore _store;
    private readonly Limiter _two;

    public ConcurrencyTests()
    {
        _store = new MemoryStore(_clock);
        _two = new Limiter(Limit.Concurrency(2, LeaseTime), _store);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task A_place_is_free_when_its_lease_has_been_disposed_and_that_counts_once()
    {
        using RateLimiter limiter = _two.AsRateLimiter("k");
        RateLimitLease first = limiter.AttemptAcquire();
        RateLimitLease second = await limiter.AcquireAsync(1, Ct);
        Assert.True(first.IsAcquired && second.IsAcquired);
        Assert.False(limiter.AttemptAcquire().IsAcquired);
        Assert.Null(limiter.IdleDuration);
        first.Dispose();
        first.Dispose();
        Assert.Equal(1, limiter.GetStatistics()!.CurrentAvailablePermits);
        second.Dispose();
        Assert.Equal(2, limiter.GetStatistics()!.CurrentAvailablePermits);
        Assert.NotNull(limiter.IdleDuration);
    }

    [Fact]
    public void A_place_is_held_for_longer_than_its_lease_time()
    {
        using RateLimiter limiter = _two.AsRateLimiter("k");
        RateLimitLease held = limiter.AttemptAcquire(2);
        for (int i = 0; i < 100; i++) _clock.Advance(LeaseTime / 10);
        Assert.False(limiter.AttemptAcquire().IsAcquired);
        Assert.True(held.TryGetMetadata(HeadgateMetadata.Lost, out CancellationToken lost));
        Assert.False(lost.IsCancellationRequested);
        held.Dispose();
        Assert.True(limiter.AttemptAcquire(2).IsAcquired);
        Assert.Equal(1, _clock.PendingTimers);
    }

    [Fact]
    public async Task Who_waits_gets_the_place_that_is_given_back()
    {
        using RateLimiter limiter = _two.AsRateLimiter("k", new() { QueueLimit = 2 });
        RateLimitLease held = limiter.AttemptAcquire(2);
        Task<RateLimitLease> waiting = limiter.AcquireAsync(2, Ct).AsTask();
        Assert.False(waiting.IsCompleted);
        RateLimitLease refused = await limiter.AcquireAsync(1, Ct);
        Assert.False(refused.IsAcquired);
        held.Dispose();
        RateLimitLease got = await waiting;
        Assert.True(got.IsAcquired);
        Assert.False(limiter.AttemptAcquire().IsAcquired);
        got.Dispose();
    }

    [Fact]
    public void Composed_with_a_bucket_unused_work_gives_back_both_and_used_work_the_place_alone()
    {
        Limiter both = new(Limit.AllOf(Limit.Concurrency(1, LeaseTime), Limit.TokenBucket(5, Rate.PerDay(1))), _store);
        bool ran = false;
        using PartitionedRateLimiter<string> limiter = both.AsPartitionedRateLimiter<string>(k => k, new() { HasRun = _ => ran });
        limiter.AttemptAcquire("k").Dispose();
        ran = true;
        for (int i = 0; i < 5; i++)
        {
            RateLimitLease lease = limiter.AttemptAcquire("k");
            Assert.True(lease.IsAcquired);
            Assert.False(limiter.AttemptAcquire("k").IsAcquired);
            lease.Dispose();
        }

        Assert.False(limiter.AttemptAcquire("k").IsAcquired);
    }

    [Fact]
    public async Task Hundreds_at_once_never_hold_more_than_there_is()
    {
        using MemoryStore store = new();
        Limiter five = new(Limit.Concurrency(5, LeaseTime), store);
        using RateLimiter limiter = five.AsRateLimiter("k", new() { QueueLimit = 1000 });
        int inside = 0, most = 0, served = 0;
        await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => Task.Run(async () =>
        {
            using RateLimitLease lease = await limiter.AcquireAsync(1, Ct);
            Assert.True(lease.IsAcquired);
            int now = Interlocked.Increment(ref inside);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            Interlocked.Increment(ref served);
        })));
        Assert.Equal(300, served);
        Assert.InRange(most, 1, 5);
        Assert.Equal(5, limiter.GetStatistics()!.CurrentAvailablePermits);

        static void InterlockedMax(ref int target, int value)
        {
            for (int seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
                Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
