using Headgate.Conformance;

namespace Headgate.Tests.Limiting;

/// <summary>When a lease begins to renew itself, and when it stops.</summary>
public sealed class LeaseRenewalTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), LeaseTime = 3 * Second;

    private readonly FakeClock _clock = new();
    private readonly MemoryStore _store;
    private readonly Limit _held = Limit.Concurrency(1, LeaseTime);
    private readonly Limiter _limiter;
    private readonly Limiter _spaced;

    public LeaseRenewalTests()
    {
        _store = new MemoryStore(_clock);
        _limiter = new Limiter(_held, _store);
        _spaced = new Limiter(Limit.AllOf(Limit.LeakyBucket(3, Rate.Per(1, 10 * Second)), _held), _store);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task While_its_work_is_held_back()
    {
        await (await _spaced.EnterAsync("k")).DisposeAsync();
        Task<ConcurrencyLease> entering = _spaced.EnterAsync("k", 1, Timeout.InfiniteTimeSpan).AsTask();
        for (int i = 0; i < 10; i++)
        {
            Assert.False(entering.IsCompleted);
            Assert.Equal(0, Free());
            _clock.Advance(Second);
        }

        await using ConcurrencyLease lease = await entering.InTime();
        Assert.True(lease.IsAcquired);
        Assert.False(lease.IsLost);
        Assert.True(await lease.RenewAsync());
        Assert.Equal(0, Free());
    }

    [Fact]
    public async Task Not_after_its_caller_gave_up_while_held_back()
    {
        await (await _spaced.EnterAsync("k")).DisposeAsync();
        using CancellationTokenSource cancel = new();
        Task<ConcurrencyLease> entering = _spaced.EnterAsync("k", 1, Timeout.InfiniteTimeSpan, cancel.Token).AsTask();
        Assert.Equal(2, _clock.PendingTimers);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => entering.InTime());
        Assert.Equal(0, _clock.PendingTimers);
        Assert.Equal(1, Free());
    }

    [Fact]
    public async Task Who_does_not_wait_finds_the_delay_in_the_decision()
    {
        await (await _spaced.EnterAsync("k")).DisposeAsync();
        await using ConcurrencyLease lease = await _spaced.EnterAsync("k").InTime();
        Assert.Equal((true, 10 * Second), (lease.IsAcquired, lease.Decision.Delay));
    }

    [Fact]
    public async Task Not_after_it_was_dropped()
    {
        await Drop();
        Assert.Equal((1, 0L), (_clock.PendingTimers, Free()));
        await Watchdog.Until(() =>
        {
            GC.Collect();
            _clock.Advance(LeaseTime / 3);
            return _clock.PendingTimers == 0;
        });
        _clock.Advance(LeaseTime);
        Assert.Equal(1, Free());
    }

    [Fact]
    public async Task Not_after_it_was_lost()
    {
        await using ConcurrencyLease lease = await _limiter.EnterAsync("k");
        await _limiter.ResetAsync("k");
        _clock.Advance(LeaseTime / 3);
        await Watchdog.Until(() => lease.IsLost);
        Assert.Equal(0, _clock.PendingTimers);
    }

    [Fact]
    public async Task Not_after_its_store_was_disposed()
    {
        await using ConcurrencyLease lease = await _limiter.EnterAsync("k");
        _store.Dispose();
        _clock.Advance(LeaseTime / 3);
        await Watchdog.Until(() => lease.IsLost);
        Assert.Equal(0, _clock.PendingTimers);
    }

    private async Task Drop() => Assert.True((await _limiter.EnterAsync("k")).IsAcquired);

    private long Free() => _limiter.Acquire("k", 0).Remaining;
}
