using Headgate.Conformance;

namespace Headgate.Tests.Limiting;

public class LimiterTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task A_bucket_from_full_to_empty_and_back()
    {
        using MemoryStore store = new(_clock);
        Limit limit = Limit.TokenBucket(10, Rate.PerSecond(1)) with { Name = "api" };
        Limiter limiter = new(limit, store, new LimiterOptions { Name = "policy" });
        Assert.Same(limit, limiter.Limit);
        Assert.Equal("policy", limiter.Name);

        Decision first = await limiter.AcquireAsync("k", 7);
        Assert.Equal((true, 10L, 3L, TimeSpan.Zero), (first.IsAllowed, first.Limit, first.Remaining, first.RetryAfter));
        Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.Zero, "api"), (first.ResetAfter, first.Delay, first.DecidedBy));
        Assert.Equal((DecisionSource.Store, _clock.GetUtcNow()), (first.Source, first.DecidedAt));

        Decision denied = limiter.Acquire("k", 5);
        Assert.Equal((false, 3L, TimeSpan.FromSeconds(2)), (denied.IsAllowed, denied.Remaining, denied.RetryAfter));
        Assert.Equal(denied, await limiter.PeekAsync("k", 5));
        _clock.Advance(denied.RetryAfter);
        Assert.True(limiter.Acquire("k", 5).IsAllowed);
    }

    [Fact]
    public async Task Limiters_share_state_by_name_on_one_store()
    {
        using MemoryStore store = new(_clock);
        Limit limit = Limit.TokenBucket(1, Rate.PerDay(1));
        Assert.True(New("a").Acquire("k").IsAllowed);
        Assert.False(New("a").Acquire("k").IsAllowed);
        Assert.True(New("b").Acquire("k").IsAllowed);
        Assert.True(New(null).Acquire("k").IsAllowed);
        Assert.False((await New("").PeekAsync("k")).IsAllowed);

        Limiter New(string? name) => new(limit, store, new LimiterOptions { Name = name });
    }

    [Fact]
    public async Task A_changed_limit_of_one_name_keeps_what_was_consumed()
    {
        using MemoryStore store = new(_clock);
        new Limiter(Limit.TokenBucket(10, Rate.PerSecond(1)) with { Name = "n" }, store).Acquire("k", 6);
        Assert.Equal(14, (await new Limiter(Limit.TokenBucket(20, Rate.PerSecond(5)) with { Name = "n" }, store).PeekAsync("k", 0)).Remaining);
        Assert.Equal(4, (await new Limiter(Limit.TokenBucket(10, Rate.PerSecond(1)) with { Name = "n" }, store).PeekAsync("k", 0)).Remaining);
        Assert.Equal(0, (await new Limiter(Limit.TokenBucket(3, Rate.PerSecond(1)) with { Name = "n" }, store).PeekAsync("k", 0)).Remaining);
    }

    [Fact]
    public async Task A_shadow_limit_reports_and_does_not_enforce()
    {
        using MemoryStore store = new(_clock);
        Limit shadow = Limit.TokenBucket(1, Rate.PerDay(1)) with { Name = "candidate", Shadow = true };
        Limiter limiter = new(Limit.AllOf(Limit.TokenBucket(3, Rate.PerDay(1)), shadow), store);
        Assert.Null(limiter.Acquire("k").ShadowDeniedBy);
        Decision second = await limiter.AcquireAsync("k");
        Assert.Equal((true, "candidate", 1L), (second.IsAllowed, second.ShadowDeniedBy, second.Remaining));
        Limiter alone = new(shadow, store, new LimiterOptions { Name = "alone" });
        Assert.True(alone.Acquire("k").IsAllowed);
        Assert.Equal((true, "candidate"), (alone.Acquire("k").IsAllowed, alone.Acquire("k").ShadowDeniedBy));
    }

    [Fact]
    public async Task Wrong_arguments_are_programming_errors()
    {
        using MemoryStore store = new(_clock);
        Limiter limiter = new(Limit.Concurrency(3), store);
        Limits.Refusal.OfRange(() => limiter.Acquire("k", -1), "cost is -1", "0 or more");
        foreach (Func<Task> call in new Func<Task>[]
        {
            async () => await limiter.AcquireAsync("k", -1),
            async () => await limiter.PeekAsync("k", -1),
            async () => await limiter.WaitAsync("k", -1),
            async () => await limiter.WaitAsync("k", 1, TimeSpan.FromTicks(-1)),
            async () => await limiter.RefundAsync("k", default, -1),
            async () => await limiter.EnterAsync("k", -1),
            async () => await limiter.EnterAsync("k", 0),
            async () => await limiter.EnterAsync("k", 1, TimeSpan.FromSeconds(-1)),
        })
        {
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(call);
        }

        foreach (Func<Task> call in new Func<Task>[]
        {
            async () => await limiter.AcquireAsync(null!),
            async () => await limiter.PeekAsync(null!),
            async () => await limiter.WaitAsync(null!),
            async () => await limiter.ResetAsync(null!),
            async () => await limiter.RefundAsync(null!, default),
            async () => await limiter.EnterAsync(null!),
        })
        {
            await Assert.ThrowsAsync<ArgumentNullException>(call);
        }

        Assert.Throws<ArgumentNullException>(() => { limiter.Acquire(null!); });
        Assert.Throws<ArgumentNullException>(() => new Limiter(null!, store));
        Assert.Throws<ArgumentNullException>(() => new Limiter(Limit.Concurrency(3), null!));
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await new Limiter(Limit.TokenBucket(1, Rate.PerSecond(1)), store).EnterAsync("k"));
        Assert.Contains("token_bucket(capacity=1, refill=1/s)", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, store.KeyCount);
    }

    [Fact]
    public void Options_outside_their_domain_are_refused()
    {
        using MemoryStore store = new(_clock);
        Limit limit = Limit.Concurrency(1);
        foreach (int bad in new[] { -1, int.MinValue, LimiterOptions.MostMaxWaiters + 1 })
            Limits.Refusal.OfRange(() => new Limiter(limit, store, new LimiterOptions { MaxWaiters = bad }), $"{bad}", "between 0 and 1000000");
        foreach (int good in new[] { 0, 1, LimiterOptions.MostMaxWaiters }) Assert.NotNull(new Limiter(limit, store, new LimiterOptions { MaxWaiters = good }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Limiter(limit, store, new LimiterOptions { FailureMode = (FailureMode)3 }));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_before_it_starts_charges_nothing()
    {
        using MemoryStore store = new(_clock);
        Limiter limiter = new(Limit.Concurrency(1), store);
        CancellationToken cancelled = new(true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await limiter.AcquireAsync("k", 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await limiter.PeekAsync("k", 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await limiter.WaitAsync("k", 1, null, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await limiter.EnterAsync("k", 1, default, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await limiter.ResetAsync("k", cancelled));
        Assert.Equal(0, store.KeyCount);
    }
}
