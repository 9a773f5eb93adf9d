using Headgate.Conformance;

namespace Headgate.Tests.Limiting;

/// <summary>Law 16, with two permits and a lease time of nine seconds, renewed every three.</summary>
public sealed class LeaseTests : IDisposable
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(9), Micro = TimeSpan.FromMicroseconds(1);

    private readonly FakeClock _clock = new();
    private readonly MemoryStore _store;
    private readonly Limit _limit = Limit.Concurrency(2, LeaseTime);
    private readonly Limiter _limiter;

    public LeaseTests()
    {
        _store = new MemoryStore(_clock);
        _limiter = new Limiter(_limit, _store);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Holds_until_disposed_and_no_longer()
    {
        await using (ConcurrencyLease lease = await _limiter.EnterAsync("k", 2))
        {
            Assert.True(lease.IsAcquired);
            Assert.False(lease.IsLost);
            Assert.Equal(0, Free());
            await using ConcurrencyLease denied = await _limiter.EnterAsync("k");
            Assert.False(denied.IsAcquired);
            Assert.Equal(LeaseTime, denied.Decision.RetryAfter);
        }

        Assert.Equal(2, Free());
        Assert.Equal(0, _clock.PendingTimers);
    }

    [Fact]
    public async Task A_release_counts_once_whoever_disposes_and_how_often()
    {
        for (int round = 0; round < 200; round++)
        {
            ConcurrencyLease lease = await _limiter.EnterAsync("k"), other = await _limiter.EnterAsync("k");
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () => await lease.DisposeAsync()))).InTime();
            await lease.DisposeAsync();
            Assert.Equal(1, Free());
            await other.DisposeAsync();
            Assert.Equal(2, Free());
        }
    }

    [Fact]
    public async Task A_denied_lease_gives_nothing_back_and_sets_no_timer()
    {
        await using ConcurrencyLease held = await _limiter.EnterAsync("k", 2);
        ConcurrencyLease denied = await _limiter.EnterAsync("k");
        Assert.Equal(1, _clock.PendingTimers);
        await denied.DisposeAsync();
        await denied.DisposeAsync();
        Assert.False(await denied.RenewAsync());
        Assert.False(denied.IsLost);
        Assert.False(denied.Lost.IsCancellationRequested);
        Assert.Equal(0, Free());
    }

    [Fact]
    public async Task Renews_itself_for_as_long_as_the_work_takes()
    {
        await using ConcurrencyLease lease = await _limiter.EnterAsync("k", 2);
        for (int i = 0; i < 40; i++)
        {
            _clock.Advance(LeaseTime / 4);
            Assert.Equal(0, Free());
            Assert.False(lease.IsLost);
        }

        await lease.DisposeAsync();
        Assert.Equal(2, Free());
    }

    [Fact]
    public async Task A_holder_that_dies_frees_its_permits_at_exactly_the_lease_time()
    {
        // No timer fires for what was entered by hand: as good as dead.
        Charge[] charge = [new("k", _limit, 2)];
        Assert.True((await _store.EnterAsync(charge, LeaseId.Create())).IsAllowed);
        _clock.Advance(LeaseTime - Micro);
        Assert.Equal(0, Free());
        _clock.Advance(Micro);
        Assert.Equal(2, Free());
    }

    [Fact]
    public async Task A_lost_lease_says_so_and_gives_nothing_back()
    {
        ConcurrencyLease lease = await _limiter.EnterAsync("k", 2);
        bool told = false;
        await using CancellationTokenRegistration registration = lease.Lost.Register(() => told = true);
        await _limiter.ResetAsync("k");
        await using ConcurrencyLease thief = await _limiter.EnterAsync("k", 2);
        Assert.True(thief.IsAcquired);
        _clock.Advance(LeaseTime / 3);
        await Watchdog.Until(() => Volatile.Read(ref told));
        Assert.True(lease.IsLost);
        Assert.True(lease.Lost.IsCancellationRequested);
        Assert.False(await lease.RenewAsync());
        await lease.DisposeAsync();
        Assert.Equal(0, Free());
        Assert.False(thief.IsLost);
    }

    [Fact]
    public async Task A_lease_of_a_disposed_store_is_lost_and_disposes_quietly()
    {
        ConcurrencyLease lease = await _limiter.EnterAsync("k");
        _store.Dispose();
        _clock.Advance(LeaseTime / 3);
        await Watchdog.Until(() => lease.IsLost);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await lease.RenewAsync());
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task Renewed_by_hand_it_runs_from_then_on()
    {
        Charge[] charge = [new("k", _limit)];
        LeaseId id = LeaseId.Create();
        await _store.EnterAsync(charge, id);
        _clock.Advance(LeaseTime - Micro);
        Assert.True(await _store.RenewAsync(charge, id));
        _clock.Advance(LeaseTime - Micro);
        Assert.Equal(1, Free());
        _clock.Advance(Micro);
        Assert.Equal(2, Free());
        Assert.False(await _store.RenewAsync(charge, id));
        Assert.False(await _store.ReleaseAsync(charge, id));
        Assert.NotEqual(LeaseId.Create(), LeaseId.Create());
        Assert.Equal(32, id.ToString().Length);
    }

    [Fact]
    public async Task Waits_in_line_for_permits_and_is_woken_by_a_release()
    {
        ConcurrencyLease held = await _limiter.EnterAsync("k", 2);
        Task<ConcurrencyLease> first = _limiter.EnterAsync("k", 1, Timeout.InfiniteTimeSpan).AsTask(), second = _limiter.EnterAsync("k", 2, Timeout.InfiniteTimeSpan).AsTask();
        await held.DisposeAsync();
        await using ConcurrencyLease one = await first.InTime();
        Assert.True(one.IsAcquired);
        await Watchdog.Until(() => _clock.PendingTimers == 2);
        Assert.False(second.IsCompleted);
        await one.DisposeAsync();
        await using ConcurrencyLease two = await second.InTime();
        Assert.True(two.IsAcquired);
        Assert.Equal(0, Free());
    }

    [Fact]
    public async Task Waits_no_longer_than_it_may_at_the_head_and_behind_it()
    {
        await using ConcurrencyLease held = await _limiter.EnterAsync("k", 2);
        Task<ConcurrencyLease> head = _limiter.EnterAsync("k", 1, TimeSpan.FromSeconds(4)).AsTask();
        Task<ConcurrencyLease> endless = _limiter.EnterAsync("k", 1, Timeout.InfiniteTimeSpan).AsTask();
        Task<ConcurrencyLease> behind = _limiter.EnterAsync("k", 1, TimeSpan.FromSeconds(5)).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(4) - Micro);
        Assert.False(head.IsCompleted);
        _clock.Advance(Micro);
        Assert.False((await head.InTime()).IsAcquired);
        Assert.False(endless.IsCompleted);
        Assert.False(behind.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False((await behind.InTime()).IsAcquired);
        Assert.False(endless.IsCompleted);
        await held.DisposeAsync();
        await using ConcurrencyLease got = await endless.InTime();
        Assert.True(got.IsAcquired);
        Assert.Equal(1, Free());
    }

    [Fact]
    public async Task Cancelled_while_waiting_it_holds_nothing()
    {
        ConcurrencyLease held = await _limiter.EnterAsync("k", 2);
        using CancellationTokenSource cancel = new();
        Task<ConcurrencyLease> waiting = _limiter.EnterAsync("k", 1, Timeout.InfiniteTimeSpan, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.InTime());
        await held.DisposeAsync();
        Assert.Equal(2, Free());
        Assert.Equal(0, _clock.PendingTimers);
    }

    [Fact]
    public async Task With_other_limits_beside_it_only_its_permits_come_back()
    {
        Limit rate = Limit.TokenBucket(5, Rate.PerHour(1)) with { Name = "rate" };
        Limiter limiter = new(Limit.AllOf(rate, _limit), _store);
        await using (ConcurrencyLease first = await limiter.EnterAsync("k", 2))
        {
            Assert.True(first.IsAcquired);
            await using ConcurrencyLease denied = await limiter.EnterAsync("k");
            Assert.False(denied.IsAcquired);
            _clock.Advance(5 * LeaseTime);
            Assert.False(first.IsLost);
        }

        Assert.Equal(2, Free());
        Assert.Equal(3, (await new Limiter(rate, _store).PeekAsync("k", 0)).Remaining);
        await using ConcurrencyLease second = await limiter.EnterAsync("k", 2);
        await second.DisposeAsync();
        await using ConcurrencyLease third = await limiter.EnterAsync("k", 2);
        Assert.False(third.IsAcquired);
        Assert.Equal("rate", third.Decision.DecidedBy);
    }

    [Fact]
    public async Task Of_several_lease_times_the_shortest_sets_the_pace()
    {
        Limiter limiter = new(Limit.AllOf(_limit, Limit.Concurrency(2, TimeSpan.FromSeconds(3)) with { Name = "short" }), _store);
        await using ConcurrencyLease lease = await limiter.EnterAsync("k");
        for (int i = 0; i < 30; i++) _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(lease.IsLost);
        Assert.True(await lease.RenewAsync());
    }

    private long Free() => _limiter.Acquire("k", 0).Remaining;
}
