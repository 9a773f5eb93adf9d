using System.Threading.RateLimiting;
using Headgate.Conformance;

namespace Headgate.Extensions.Tests.RateLimiting;

/// <summary>Waiting in <c>AcquireAsync</c>.</summary>
public sealed class QueueTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly MemoryStore _store;
    private readonly Limiter _one;

    public QueueTests()
    {
        _store = new MemoryStore(_clock);
        _one = new Limiter(Limit.TokenBucket(5, Rate.PerMinute(1)), _store);
        _one.Acquire("k", 5);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Nobody_waits_unless_a_queue_is_asked_for()
    {
        using RateLimiter limiter = _one.AsRateLimiter("k");
        Assert.False((await limiter.AcquireAsync(1, Ct)).IsAcquired);
    }

    [Fact]
    public async Task Who_comes_first_is_served_first_and_nobody_overtakes()
    {
        using RateLimiter limiter = _one.AsRateLimiter("k", new() { QueueLimit = 10 });
        Task<RateLimitLease> two = limiter.AcquireAsync(2, Ct).AsTask();
        Task<RateLimitLease> one = limiter.AcquireAsync(1, Ct).AsTask();
        await PassMinuteAsync();
        // There is one permit now, and the first in line needs two.
        Assert.False(limiter.AttemptAcquire().IsAcquired);
        Assert.False(two.IsCompleted || one.IsCompleted);
        await PassMinuteAsync();
        Assert.True((await two).IsAcquired);
        Assert.False(one.IsCompleted);
        await Eventually.EqualAsync(1, () => Task.FromResult(_clock.PendingTimers));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await one).IsAcquired);
    }

    [Fact]
    public async Task The_queue_holds_so_many_permits_for_each_key_and_says_when_to_come_back()
    {
        using PartitionedRateLimiter<string> limiter = _one.AsPartitionedRateLimiter<string>(k => k, new() { QueueLimit = 3 });
        _one.Acquire("other", 5);
        Task<RateLimitLease> waiting = limiter.AcquireAsync("k", 2, Ct).AsTask();
        RateLimitLease refused = await limiter.AcquireAsync("k", 2, Ct);
        Assert.False(refused.IsAcquired);
        // Two for the one ahead and two of its own: the fourth minute.
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan time));
        Assert.Equal(TimeSpan.FromMinutes(4), time);
        Task<RateLimitLease> fits = limiter.AcquireAsync("k", 1, Ct).AsTask();
        Task<RateLimitLease> other = limiter.AcquireAsync("other", 3, Ct).AsTask();
        Assert.False(fits.IsCompleted || other.IsCompleted || waiting.IsCompleted);
        Assert.Equal((3L, 3L), (limiter.GetStatistics("k")!.CurrentQueuedCount, limiter.GetStatistics("other")!.CurrentQueuedCount));
    }

    [Fact]
    public async Task Who_is_cancelled_leaves_nothing_charged_and_its_place_to_the_next()
    {
        using RateLimiter limiter = _one.AsRateLimiter("k", new() { QueueLimit = 10 });
        using CancellationTokenSource gone = new();
        Task<RateLimitLease> first = limiter.AcquireAsync(5, gone.Token).AsTask();
        Task<RateLimitLease> second = limiter.AcquireAsync(1, Ct).AsTask();
        await gone.CancelAsync();
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(gone.Token, cancelled.CancellationToken);
        await Eventually.EqualAsync(1L, () => Task.FromResult(limiter.GetStatistics()!.CurrentQueuedCount));
        await PassMinuteAsync();
        Assert.True((await second).IsAcquired);
        Assert.Equal(0, (await _one.PeekAsync("k", 1, Ct)).Remaining);
    }

    [Fact]
    public async Task Who_would_wait_for_too_long_is_told_so_at_once()
    {
        using RateLimiter limiter = _one.AsRateLimiter("k", new() { QueueLimit = 10, MaxWait = TimeSpan.FromMinutes(2) });
        Task<RateLimitLease> two = limiter.AcquireAsync(2, Ct).AsTask();
        RateLimitLease refused = await limiter.AcquireAsync(1, Ct);
        Assert.False(refused.IsAcquired);
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan time));
        Assert.Equal(TimeSpan.FromMinutes(3), time);
        Assert.False(two.IsCompleted);
    }

    [Fact]
    public async Task Disposing_refuses_those_who_wait_and_charges_nothing()
    {
        RateLimiter limiter = _one.AsRateLimiter("k", new() { QueueLimit = 10 });
        Task<RateLimitLease> waiting = limiter.AcquireAsync(1, Ct).AsTask();
        await limiter.DisposeAsync();
        RateLimitLease refused = await waiting;
        Assert.False(refused.IsAcquired);
        Assert.True(refused.TryGetMetadata(MetadataName.ReasonPhrase, out string? reason));
        Assert.Equal("The limiter was disposed while waiting.", reason);
        Assert.False((await limiter.AcquireAsync(1, Ct)).IsAcquired);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, (await _one.PeekAsync("k", 1, Ct)).Remaining);
    }

    [Fact]
    public async Task A_leaky_bucket_holds_admitted_work_until_it_may_leave()
    {
        Limiter leaky = new(Limit.LeakyBucket(10, Rate.PerMinute(1)), _store);
        using RateLimiter limiter = leaky.AsRateLimiter("k", new() { QueueLimit = 10 });
        Assert.False(limiter.AttemptAcquire().IsAcquired);
        Assert.True((await limiter.AcquireAsync(1, Ct)).IsAcquired);
        Task<RateLimitLease> second = limiter.AcquireAsync(1, Ct).AsTask();
        Assert.False(second.IsCompleted);
        await PassMinuteAsync();
        Assert.True((await second).IsAcquired);
    }

    [Fact]
    public async Task Held_work_that_is_cancelled_gives_its_permits_back()
    {
        Limiter leaky = new(Limit.LeakyBucket(10, Rate.PerMinute(1)), _store);
        using RateLimiter limiter = leaky.AsRateLimiter("k", new() { QueueLimit = 10 });
        await limiter.AcquireAsync(1, Ct);
        using CancellationTokenSource gone = new();
        Task<RateLimitLease> held = limiter.AcquireAsync(1, gone.Token).AsTask();
        Assert.Equal(8, limiter.GetStatistics()!.CurrentAvailablePermits);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held);
        Assert.Equal(9, limiter.GetStatistics()!.CurrentAvailablePermits);
    }

    [Fact]
    public async Task Many_who_come_and_go_are_admitted_no_more_than_the_limit_allows_and_leave_an_empty_queue()
    {
        using MemoryStore store = new();
        Limiter hundred = new(Limit.TokenBucket(100, Rate.PerDay(1)), store);
        using PartitionedRateLimiter<int> limiter = hundred.AsPartitionedRateLimiter<int>(_ => "k", new() { QueueLimit = 50 });
        using CancellationTokenSource gone = new();
        Task<bool>[] all = [.. Enumerable.Range(0, 400).Select(i => Task.Run(() => AskAsync(i)))];
        await Eventually.EqualAsync((50L, 250L), () => Task.FromResult((limiter.GetStatistics(0)!.CurrentQueuedCount, limiter.GetStatistics(0)!.TotalFailedLeases)));
        await gone.CancelAsync();
        Assert.Equal(100, (await Task.WhenAll(all)).Count(admitted => admitted));
        Assert.Equal((0L, 100L, 250L), (limiter.GetStatistics(0)!.CurrentQueuedCount, limiter.GetStatistics(0)!.TotalSuccessfulLeases, limiter.GetStatistics(0)!.TotalFailedLeases));

        async Task<bool> AskAsync(int i)
        {
            try
            {
                return (await limiter.AcquireAsync(i, 1, gone.Token)).IsAcquired;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    /// <summary>A minute, once whoever is first in line has set its timer.</summary>
    private async Task PassMinuteAsync()
    {
        await Eventually.EqualAsync(true, () => Task.FromResult(_clock.PendingTimers > 0));
        _clock.Advance(TimeSpan.FromMinutes(1));
    }
}
