using Headgate.Conformance;

namespace Headgate.Tests.Limiting;

/// <summary>Waiting on a bucket of one permit a second, empty at first: the n-th in line is served after n seconds.</summary>
public sealed class WaitTests : IDisposable
{
    private static readonly TimeSpan Micro = TimeSpan.FromMicroseconds(1);

    private readonly FakeClock _clock = new();
    private readonly MemoryStore _store;
    private readonly Limiter _limiter;

    public WaitTests()
    {
        _store = new MemoryStore(_clock);
        _limiter = new Limiter(Limit.TokenBucket(3, Rate.PerSecond(1)), _store);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Who_need_not_wait_does_not()
    {
        Decision decision = await _limiter.WaitAsync("k", 3).InTime();
        Assert.Equal((true, 0L), (decision.IsAllowed, decision.Remaining));
        Assert.True((await _limiter.WaitAsync("other", 1, TimeSpan.Zero).InTime()).IsAllowed);
        Assert.True((await _limiter.WaitAsync("k", 0).InTime()).IsAllowed);
        Assert.Equal(0, _clock.PendingTimers);
    }

    [Fact]
    public async Task Is_admitted_at_the_very_microsecond()
    {
        Empty("k");
        Task<Decision> waiting = Wait("k");
        _clock.Advance(Seconds(1) - Micro);
        Assert.Equal(1, _clock.PendingTimers);
        Assert.False(waiting.IsCompleted);
        _clock.Advance(Micro);
        Decision decision = await waiting.InTime();
        Assert.True(decision.IsAllowed);
        Assert.Equal(_clock.GetUtcNow(), decision.DecidedAt);
        Assert.Equal(0, _clock.PendingTimers);
    }

    [Fact]
    public async Task Keys_wait_in_lines_of_their_own()
    {
        Empty("a");
        Task<Decision> a = Wait("a", 3);
        Empty("b");
        Task<Decision> b = Wait("b");
        _clock.Advance(Seconds(1));
        Assert.True((await b.InTime()).IsAllowed);
        Assert.False(a.IsCompleted);
        _clock.Advance(Seconds(2));
        Assert.True((await a.InTime()).IsAllowed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whoever_cancels_leaves_nothing_behind_and_the_next_go_on(int which)
    {
        Empty("k");
        using CancellationTokenSource cancel = new();
        Task<Decision>[] waiting = [.. Enumerable.Range(0, 3).Select(i => Wait("k", ct: i == which ? cancel.Token : default))];
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting[which].InTime());
        foreach (Task<Decision> next in waiting.Where((_, i) => i != which))
        {
            await OneTimer();
            Assert.False(next.IsCompleted);
            _clock.Advance(Seconds(1));
            Assert.True((await next.InTime()).IsAllowed);
        }

        Assert.Equal(0, Left("k"));
        _clock.Advance(Seconds(1));
        Assert.Equal(1, Left("k"));
        Assert.Equal(0, _clock.PendingTimers);
    }

    [Fact]
    public async Task A_wait_that_cannot_be_met_is_answered_at_once_and_exactly()
    {
        Empty("k");
        Decision refused = await _limiter.WaitAsync("k", 2, Seconds(2) - Micro).InTime();
        Assert.Equal((false, Seconds(2)), (refused.IsAllowed, refused.RetryAfter));
        Task<Decision> met = Wait("k", 2, Seconds(2));
        Assert.False(met.IsCompleted);
        // Two seconds for the one ahead and one more.
        Decision behind = await _limiter.WaitAsync("k", 1, Seconds(3) - Micro).InTime();
        Assert.Equal((false, Seconds(3)), (behind.IsAllowed, behind.RetryAfter));
        Task<Decision> second = Wait("k", 1, Seconds(3));
        Assert.False(second.IsCompleted);
        _clock.Advance(Seconds(2));
        Assert.True((await met.InTime()).IsAllowed);
        await OneTimer();
        _clock.Advance(Seconds(1));
        Assert.True((await second.InTime()).IsAllowed);
        Assert.Equal(0, _clock.PendingTimers);
    }

    [Fact]
    public async Task Several_who_are_due_at_one_last_moment_are_all_admitted()
    {
        Limiter window = new(Limit.FixedWindow(4, Seconds(10)), _store);
        window.Acquire("k", 4);
        Task<Decision>[] due = [.. Enumerable.Range(0, 4).Select(_ => window.WaitAsync("k", 1, Seconds(10)).AsTask())];
        Task<Decision> late = window.WaitAsync("k", 1, Seconds(20)).AsTask();
        Assert.False((await window.WaitAsync("k", 1, Seconds(20) - Micro).InTime()).IsAllowed);
        _clock.Advance(Seconds(10));
        foreach (Task<Decision> one in due) Assert.True((await one.InTime()).IsAllowed);
        await OneTimer();
        Assert.False(late.IsCompleted);
        _clock.Advance(Seconds(10));
        Assert.True((await late.InTime()).IsAllowed);
    }

    [Fact]
    public async Task A_wait_that_others_make_too_long_ends_when_it_is()
    {
        Empty("k");
        Task<Decision> waiting = Wait("k", 1, Seconds(1));
        _clock.Advance(Seconds(1) - Micro);
        await _limiter.ResetAsync("k");
        Assert.True((await waiting.InTime()).IsAllowed);

        await _limiter.ResetAsync("k");
        Empty("k");
        Task<Decision> first = Wait("k", 1), second = Wait("k", 1, Seconds(2));
        // Somebody who does not stand in line takes the permits in between.
        new Limiter(Limit.TokenBucket(3, Rate.PerSecond(1)), _store).Acquire("k", 0);
        _clock.Advance(Seconds(1));
        Assert.True((await first.InTime()).IsAllowed);
        await Watchdog.Until(() => _clock.PendingTimers >= 1);
        _clock.Advance(Seconds(1) - Micro);
        Assert.False(second.IsCompleted);
        await _store.ResetAsync(new Charge("k", _limiter.Limit));
        Empty("k");
        _clock.Advance(Micro);
        Decision refused = await second.InTime();
        Assert.False(refused.IsAllowed);
        Assert.True(refused.RetryAfter > TimeSpan.Zero);
    }

    [Fact]
    public async Task The_impossible_is_denied_at_once_whoever_is_in_line()
    {
        Assert.Equal(Timeout.InfiniteTimeSpan, (await _limiter.WaitAsync("k", 4).InTime()).RetryAfter);
        Empty("k");
        Task<Decision> ahead = Wait("k");
        foreach (TimeSpan? maxWait in new TimeSpan?[] { null, TimeSpan.Zero, TimeSpan.MaxValue, Timeout.InfiniteTimeSpan })
        {
            Decision impossible = await _limiter.WaitAsync("k", 4, maxWait).InTime();
            Assert.Equal((false, Timeout.InfiniteTimeSpan), (impossible.IsAllowed, impossible.RetryAfter));
        }

        _clock.Advance(Seconds(1));
        Assert.True((await ahead.InTime()).IsAllowed);
    }

    [Fact]
    public async Task One_waiter_too_many_is_refused_at_once()
    {
        Limiter limiter = new(_limiter.Limit, _store, new LimiterOptions { MaxWaiters = 2 });
        Empty("k");
        Task<Decision> first = limiter.WaitAsync("k").AsTask(), second = limiter.WaitAsync("k").AsTask();
        Decision refused = await limiter.WaitAsync("k").InTime();
        Assert.Equal((false, 0L), (refused.IsAllowed, refused.Remaining));
        Assert.True(refused.RetryAfter > TimeSpan.Zero);
        Assert.True((await limiter.WaitAsync("free").InTime()).IsAllowed);
        Empty("b");
        Assert.False((await limiter.WaitAsync("b").InTime()).IsAllowed);

        _clock.Advance(Seconds(1));
        Assert.True((await first.InTime()).IsAllowed);
        await OneTimer();
        Task<Decision> third = limiter.WaitAsync("k").AsTask();
        _clock.Advance(Seconds(1));
        Assert.True((await second.InTime()).IsAllowed);
        await OneTimer();
        _clock.Advance(Seconds(1));
        Assert.True((await third.InTime()).IsAllowed);
    }

    [Fact]
    public async Task With_no_waiters_allowed_nobody_waits()
    {
        Limiter limiter = new(_limiter.Limit, _store, new LimiterOptions { MaxWaiters = 0 });
        Assert.True((await limiter.WaitAsync("k", 3).InTime()).IsAllowed);
        Decision denied = await limiter.WaitAsync("k", 2).InTime();
        Assert.Equal((false, Seconds(2)), (denied.IsAllowed, denied.RetryAfter));
    }

    [Fact]
    public async Task A_reset_and_a_refund_wake_who_waits()
    {
        Empty("k");
        Task<Decision> first = Wait("k");
        await _limiter.ResetAsync("k");
        Assert.True((await first.InTime()).IsAllowed);

        Decision charged = _limiter.Acquire("k", 2);
        Task<Decision> second = Wait("k", 2);
        Assert.False(second.IsCompleted);
        await _limiter.RefundAsync("k", charged, 2);
        Assert.True((await second.InTime()).IsAllowed);
        Assert.Equal(0, Left("k"));
    }

    [Fact]
    public async Task A_disposed_store_faults_who_waits()
    {
        Empty("a");
        Task<Decision>[] waiting = [Wait("a"), Wait("a"), Wait("a", 1, Seconds(100)), Wait("b", 3)];
        Assert.True((await waiting[3].InTime()).IsAllowed);
        waiting[3] = Wait("b");
        _store.Dispose();
        foreach (Task<Decision> one in waiting) await Assert.ThrowsAsync<ObjectDisposedException>(() => one.InTime());
        Assert.Equal(0, _clock.PendingTimers);
    }

    [Fact]
    public async Task Very_long_waits_are_taken_in_pieces()
    {
        Limiter limiter = new(Limit.TokenBucket(1, Rate.Per(1, TimeSpan.FromDays(400))), _store);
        limiter.Acquire("k");
        Task<Decision> waiting = limiter.WaitAsync("k").AsTask();
        for (int day = 0; day < 400; day++)
        {
            await OneTimer();
            Assert.False(waiting.IsCompleted);
            _clock.Advance(TimeSpan.FromDays(1));
        }

        Assert.True((await waiting.InTime()).IsAllowed);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private void Empty(string key) => Assert.True(_limiter.Acquire(key, 3).IsAllowed);

    private long Left(string key) => _limiter.Acquire(key, 0).Remaining;

    private Task<Decision> Wait(string key, long cost = 1, TimeSpan? maxWait = null, CancellationToken ct = default) =>
        _limiter.WaitAsync(key, cost, maxWait, ct).AsTask();

    /// <summary>The one at the head has set its alarm.</summary>
    private Task OneTimer() => Watchdog.Until(() => _clock.PendingTimers == 1);
}
