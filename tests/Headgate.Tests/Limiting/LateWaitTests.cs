using Headgate.Conformance;

namespace Headgate.Tests.Limiting;

/// <summary>Deadlines on a clock that does not stand still, with timers that ring late.</summary>
public sealed class LateWaitTests : IDisposable
{
    private static readonly TimeSpan Milli = TimeSpan.FromMilliseconds(1);

    private readonly FakeClock _clock = new();
    private readonly MemoryStore _store;

    public LateWaitTests() => _store = new MemoryStore(new TickingClock(_clock, 3 * Milli));

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task What_is_there_is_taken_however_short_the_longest_wait(int micros)
    {
        Limiter limiter = new(Limit.TokenBucket(1000, Rate.PerSecond(1)), _store);
        for (int i = 0; i < 1000; i++)
            Assert.True((await limiter.WaitAsync("k", 1, TimeSpan.FromMicroseconds(micros)).InTime()).IsAllowed);
        Decision refused = await limiter.WaitAsync("k", 1, TimeSpan.FromMicroseconds(micros)).InTime();
        Assert.False(refused.IsAllowed);
        Assert.InRange(refused.RetryAfter, 900 * Milli, 1000 * Milli);
    }

    [Fact]
    public async Task A_longest_wait_of_exactly_what_a_denial_said_is_met()
    {
        Limiter limiter = new(Limit.TokenBucket(1, Rate.PerSecond(1)), _store);
        limiter.Acquire("k");
        TimeSpan said = limiter.Acquire("k").RetryAfter;
        Task<Decision> waiting = limiter.WaitAsync("k", 1, said).AsTask();
        Assert.False(waiting.IsCompleted);
        _clock.Advance(said);
        Assert.False(waiting.IsCompleted);
        _clock.Advance(5 * Milli);
        Assert.True((await waiting.InTime()).IsAllowed);
    }

    [Theory]
    [InlineData(LimitKind.Bucket)]
    [InlineData(LimitKind.Leaky)]
    public async Task All_in_line_who_were_let_in_are_admitted(LimitKind kind)
    {
        Rate rate = Rate.PerSecond(100);
        Limiter limiter = new(kind == LimitKind.Bucket ? Limit.TokenBucket(50, rate) : Limit.LeakyBucket(50, rate), _store);
        limiter.Acquire("k", kind == LimitKind.Bucket ? 50 : 1);
        Task<Decision>[] line = [.. Enumerable.Range(1, 50).Select(i => limiter.WaitAsync("k", 1, 10 * i * Milli).AsTask())];
        await Pass(Task.WhenAll(line));
        foreach (Task<Decision> one in line) Assert.True((await one).IsAllowed);
    }

    [Fact]
    public async Task Who_comes_too_late_after_all_is_told_for_how_long()
    {
        Limiter limiter = new(Limit.TokenBucket(1, Rate.PerSecond(1)), _store);
        limiter.Acquire("k");
        Task<Decision> first = limiter.WaitAsync("k", 1, 1000 * Milli).AsTask(), second = limiter.WaitAsync("k", 1, 2000 * Milli).AsTask();
        // Somebody out of line was quicker.
        _clock.Advance(1001 * Milli);
        Assert.True(limiter.Acquire("k").IsAllowed);
        _clock.Advance(9 * Milli);
        Decision refused = await first.InTime();
        Assert.False(refused.IsAllowed);
        Assert.InRange(refused.RetryAfter, 900 * Milli, 1000 * Milli);
        await Pass(second);
        Assert.True((await second).IsAllowed);
    }

    [Fact]
    public async Task Without_room_to_wait_the_longest_wait_counts_all_the_same()
    {
        Limiter limiter = new(Limit.LeakyBucket(3, Rate.PerSecond(1)), _store, new LimiterOptions { MaxWaiters = 0 });
        limiter.Acquire("k", 2);
        Decision refused = await limiter.WaitAsync("k", 1, 1500 * Milli).InTime();
        Assert.False(refused.IsAllowed);
        Assert.InRange(refused.RetryAfter, 1999 * Milli, 2000 * Milli);
        Assert.Equal(1, (await limiter.PeekAsync("k", 0)).Remaining);
        Task<Decision> held = limiter.WaitAsync("k", 1, 2500 * Milli).AsTask();
        Assert.Equal(0, (await limiter.PeekAsync("k", 0)).Remaining);
        await Pass(held);
        Assert.True((await held).IsAllowed);
    }

    [Fact]
    public async Task Of_a_very_long_line_the_first_1024_are_counted()
    {
        using MemoryStore store = new(_clock);
        Limiter limiter = new(Limit.TokenBucket(3, Rate.PerSecond(1)), store);
        limiter.Acquire("k", 3);
        using CancellationTokenSource cancel = new();
        Task<Decision>[] line = [.. Enumerable.Range(0, 1100).Select(_ => limiter.WaitAsync("k", 1, null, cancel.Token).AsTask())];
        Decision refused = await limiter.WaitAsync("k", 1, (1024 * 1000 * Milli) - Milli).InTime();
        Assert.Equal((false, 1024 * 1000 * Milli), (refused.IsAllowed, refused.RetryAfter));
        Task<Decision> hopeful = limiter.WaitAsync("k", 1, 1024 * 1000 * Milli).AsTask();
        Assert.False(hopeful.IsCompleted);
        _clock.Advance(1024 * 1000 * Milli);
        await Pass(hopeful);
        Assert.False((await hopeful).IsAllowed);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(line).InTime());
    }

    public enum LimitKind
    {
        Bucket,
        Leaky,
    }

    /// <summary>Lets time pass until it is done.</summary>
    private Task Pass(Task done) => Watchdog.Until(() =>
    {
        _clock.Advance(Milli);
        return done.IsCompleted;
    });
}
