using Headgate.Conformance;

namespace Headgate.Tests.Limiting;

/// <summary>Law 15: what a limiter does when its store cannot answer, and says that it did.</summary>
public class FailureTests
{
    private readonly FakeClock _clock = new();
    private readonly FragileStore _store;
    private readonly Limit _limit = Limit.AllOf(Limit.TokenBucket(3, Rate.PerSecond(1)), Limit.Concurrency(2));

    public FailureTests() => _store = new FragileStore(new MemoryStore(_clock));

    [Fact]
    public async Task Open_admits()
    {
        Limiter limiter = New(FailureMode.Open);
        for (int i = 0; i < 10; i++)
        {
            Decision decision = await limiter.AcquireAsync("k");
            Assert.Equal((true, DecisionSource.FailOpen), (decision.IsAllowed, decision.Source));
        }

        Assert.Equal(DecisionSource.FailOpen, (await limiter.PeekAsync("k")).Source);
        Assert.Equal(DecisionSource.FailOpen, (await limiter.WaitAsync("k", 1, TimeSpan.FromSeconds(1)).InTime()).Source);
        await limiter.RefundAsync("k", await limiter.AcquireAsync("k"));
        await using ConcurrencyLease lease = await limiter.EnterAsync("k");
        Assert.True(lease.IsAcquired);
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.False(lease.IsLost);
    }

    [Fact]
    public async Task Closed_denies_and_says_when_to_ask_again()
    {
        Limiter limiter = New(FailureMode.Closed);
        Decision decision = await limiter.AcquireAsync("k");
        Assert.Equal((false, DecisionSource.FailClosed, TimeSpan.FromSeconds(1)), (decision.IsAllowed, decision.Source, decision.RetryAfter));
        Assert.Equal(DecisionSource.FailClosed, (await limiter.PeekAsync("k")).Source);
        await using ConcurrencyLease lease = await limiter.EnterAsync("k");
        Assert.Equal((false, DecisionSource.FailClosed), (lease.IsAcquired, lease.Decision.Source));
    }

    [Fact]
    public async Task Closed_waiters_go_on_when_the_store_is_back()
    {
        Limiter limiter = New(FailureMode.Closed);
        Task<Decision> waiting = limiter.WaitAsync("k").AsTask();
        Assert.False(waiting.IsCompleted);
        _store.IsDown = false;
        _clock.Advance(TimeSpan.FromSeconds(1));
        Decision decision = await waiting.InTime();
        Assert.Equal((true, DecisionSource.Store), (decision.IsAllowed, decision.Source));
    }

    [Fact]
    public async Task Local_decides_by_the_same_limit_in_memory()
    {
        Limiter limiter = New(FailureMode.Local);
        Decision first = await limiter.AcquireAsync("k", 2);
        Assert.Equal((true, DecisionSource.FailLocal, 0L), (first.IsAllowed, first.Source, first.Remaining));
        Decision second = await limiter.AcquireAsync("k", 2);
        Assert.Equal((false, DecisionSource.FailLocal), (second.IsAllowed, second.Source));
        Assert.Equal(DecisionSource.FailLocal, (await limiter.PeekAsync("k", 1)).Source);
        await limiter.RefundAsync("k", first, 2);
        Assert.True((await limiter.AcquireAsync("k", 2)).IsAllowed);
        _store.IsDown = false;
        Decision back = await limiter.AcquireAsync("k", 2);
        Assert.Equal((true, DecisionSource.Store), (back.IsAllowed, back.Source));
    }

    [Fact]
    public async Task A_local_lease_is_renewed_and_released_where_it_is_held()
    {
        Limiter limiter = New(FailureMode.Local);
        ConcurrencyLease lease = await limiter.EnterAsync("k", 2);
        Assert.Equal(DecisionSource.FailLocal, lease.Decision.Source);
        _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.False(lease.IsLost);
        await using ConcurrencyLease denied = await limiter.EnterAsync("k", 1);
        Assert.False(denied.IsAcquired);
        await lease.DisposeAsync();
        await using ConcurrencyLease next = await limiter.EnterAsync("k", 2);
        Assert.True(next.IsAcquired);
    }

    [Fact]
    public async Task A_lease_outlives_a_short_failure_and_is_lost_in_a_long_one()
    {
        _store.IsDown = false;
        Limiter limiter = New(FailureMode.Closed);
        ConcurrencyLease lease = await limiter.EnterAsync("k");
        _store.IsDown = true;
        _clock.Advance(TimeSpan.FromSeconds(30));
        _store.IsDown = false;
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.False(lease.IsLost);
        Assert.Equal(1, (await limiter.PeekAsync("k", 0)).Remaining);
        _store.IsDown = true;
        _clock.Advance(TimeSpan.FromSeconds(90));
        Assert.False(lease.IsLost);
        _store.IsDown = false;
        _clock.Advance(TimeSpan.FromSeconds(20));
        await Watchdog.Until(() => lease.IsLost);
        _store.IsDown = true;
        await lease.DisposeAsync();
    }

    [Fact]
    public async Task Other_errors_are_not_swallowed()
    {
        Limiter limiter = New(FailureMode.Open);
        _store.Fails = () => new InvalidOperationException("a bug");
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await limiter.AcquireAsync("k"));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await limiter.PeekAsync("k"));
        _store.Fails = () => new StoreUnavailableException("down", new TimeoutException());
        Assert.Equal(DecisionSource.FailOpen, (await limiter.AcquireAsync("k")).Source);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await limiter.ResetAsync("k"));
    }

    [Fact]
    public void There_is_no_synchronous_call_over_a_store_that_is_not_in_memory()
    {
        NotSupportedException refused = Assert.Throws<NotSupportedException>(() => { New(FailureMode.Open).Acquire("k"); });
        Assert.Contains(nameof(FragileStore), refused.Message, StringComparison.Ordinal);
        Assert.Contains("Use AcquireAsync", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Works_as_the_store_does_when_it_is_up()
    {
        _store.IsDown = false;
        Limiter limiter = New(FailureMode.Closed);
        Decision decision = await limiter.AcquireAsync("k", 2);
        Assert.Equal((true, DecisionSource.Store, 0L), (decision.IsAllowed, decision.Source, decision.Remaining));
        Task<Decision> waiting = limiter.WaitAsync("k", 1).AsTask();
        Assert.False(waiting.IsCompleted);
        await limiter.ResetAsync("k");
        Assert.True((await waiting.InTime()).IsAllowed);
    }

    private Limiter New(FailureMode mode) => new(_limit, _store, new LimiterOptions { FailureMode = mode, TimeProvider = _clock });

    /// <summary>A store that is not in memory as far as a limiter can tell, and that can be down.</summary>
    private sealed class FragileStore(IRateLimitStore inner) : IRateLimitStore
    {
        public bool IsDown { get; set; } = true;

        public Func<Exception> Fails { get; set; } = () => new StoreUnavailableException();

        private IRateLimitStore Inner => IsDown ? throw Fails() : inner;

        public ValueTask<Decision> AcquireAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => Inner.AcquireAsync(charges, ct);

        public ValueTask<Decision> PeekAsync(ReadOnlyMemory<Charge> charges, CancellationToken ct = default) => Inner.PeekAsync(charges, ct);

        public ValueTask ResetAsync(Charge charge, CancellationToken ct = default) => Inner.ResetAsync(charge, ct);

        public ValueTask RefundAsync(ReadOnlyMemory<Charge> charges, Decision decision, CancellationToken ct = default) => Inner.RefundAsync(charges, decision, ct);

        public ValueTask<Decision> EnterAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => Inner.EnterAsync(charges, lease, ct);

        public ValueTask<bool> RenewAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => Inner.RenewAsync(charges, lease, ct);

        public ValueTask<bool> ReleaseAsync(ReadOnlyMemory<Charge> charges, LeaseId lease, CancellationToken ct = default) => Inner.ReleaseAsync(charges, lease, ct);

        public ValueTask<TimeSpan> ForecastAsync(ReadOnlyMemory<Charge> charges, ReadOnlyMemory<long> costs, CancellationToken ct = default) =>
            Inner.ForecastAsync(charges, costs, ct);
    }
}
