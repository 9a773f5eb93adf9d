using Headgate.Conformance;

namespace Headgate.Tests.Limiting;

/// <summary>Waiting on a leaky bucket: what is admitted is held until it may leave.</summary>
public sealed class LeakyWaitTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Micro = TimeSpan.FromMicroseconds(1);

    private readonly FakeClock _clock = new();
    private readonly MemoryStore _store;
    private readonly Limiter _limiter;

    public LeakyWaitTests()
    {
        _store = new MemoryStore(_clock);
        _limiter = new Limiter(Limit.LeakyBucket(3, Rate.PerSecond(1)), _store);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Work_leaves_at_exactly_the_rate()
    {
        Task<Decision>[] work = [.. Enumerable.Range(0, 5).Select(_ => _limiter.WaitAsync("k").AsTask())];
        Assert.True((await work[0].InTime()).IsAllowed);
        for (int i = 1; i < 5; i++)
        {
            // Two are held, and while there are any one waits for room.
            await Watchdog.Until(() => _clock.PendingTimers == Math.Min(3, 5 - i));
            _clock.Advance(Second - Micro);
            Assert.False(work[i].IsCompleted);
            _clock.Advance(Micro);
            Assert.True((await work[i].InTime()).IsAllowed);
        }

        Assert.Equal(0, _clock.PendingTimers);
    }

    [Fact]
    public async Task The_longest_wait_includes_the_delay()
    {
        _limiter.Acquire("k", 2);
        Decision refused = await _limiter.WaitAsync("k", 1, (2 * Second) - Micro).InTime();
        Assert.Equal((false, 2 * Second), (refused.IsAllowed, refused.RetryAfter));
        Assert.Equal(1, Room());
        Task<Decision> held = _limiter.WaitAsync("k", 1, 2 * Second).AsTask();
        Assert.False(held.IsCompleted);
        Assert.Equal(0, Room());
        Decision full = await _limiter.WaitAsync("k", 1, (3 * Second) - Micro).InTime();
        Assert.Equal((false, 3 * Second), (full.IsAllowed, full.RetryAfter));
        _clock.Advance(2 * Second);
        Assert.True((await held.InTime()).IsAllowed);
    }

    [Fact]
    public async Task Cancelled_while_held_its_permits_go_back_and_the_next_is_woken()
    {
        _limiter.Acquire("k", 2);
        using CancellationTokenSource cancel = new();
        Task<Decision> held = _limiter.WaitAsync("k", 1, null, cancel.Token).AsTask();
        Task<Decision> next = _limiter.WaitAsync("k", 1).AsTask();
        Assert.Equal(0, Room());
        await Watchdog.Until(() => _clock.PendingTimers == 2);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held.InTime());
        // The room that came back is taken at once by the next, who is now held instead.
        await Watchdog.Until(() => Room() == 0 && _clock.PendingTimers == 1);
        _clock.Advance(2 * Second);
        Assert.True((await next.InTime()).IsAllowed);
        Assert.Equal(2, Room());
    }

    [Fact]
    public async Task A_lease_whose_caller_gives_up_while_held_is_released()
    {
        Limiter limiter = new(Limit.AllOf(Limit.LeakyBucket(3, Rate.PerSecond(1)), Limit.Concurrency(1, TimeSpan.FromHours(1))), _store);
        await (await limiter.EnterAsync("k")).DisposeAsync();
        using CancellationTokenSource cancel = new();
        Task<ConcurrencyLease> entering = limiter.EnterAsync("k", 1, Timeout.InfiniteTimeSpan, cancel.Token).AsTask();
        Assert.False(entering.IsCompleted);
        Assert.False((await limiter.PeekAsync("k")).IsAllowed);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => entering.InTime());
        Assert.True((await limiter.PeekAsync("k")).IsAllowed);
    }

    private long Room() => _limiter.Acquire("k", 0).Remaining;
}
