using Headgate.Conformance;
using Headgate.Extensions.Policies;

namespace Headgate.Extensions.Tests.Policies;

/// <summary>Permits that come back by another way than the one that those who wait stand in, and waits of policies that allow different ones.</summary>
public sealed class SharedWaitTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly FakeClock _clock = new();

    [Fact]
    public async Task A_permit_that_several_policies_held_wakes_who_waits_for_one_of_them()
    {
        using MemoryStore store = new(_clock);
        RateLimitPolicies policies = Of(store,
            new RateLimitPolicy("held", Limit.Concurrency(1)) { MaxWait = TimeSpan.FromSeconds(8) }, new RateLimitPolicy("rate", Limit.TokenBucket(100, Rate.PerSecond(1))));
        PolicyGroup both = GroupOf(policies, "held", "rate");
        PolicyGroup one = GroupOf(policies, "held");
        ConcurrencyLease lease = await both.EnterAsync([new("held", "x"), new("rate", "x")], default);
        Task<ConcurrencyLease> waiting = one.EnterAsync([new("held", "x")], default).AsTask();
        await lease.DisposeAsync();
        Assert.True((await AfterAsync(waiting, Pause)).IsAcquired);
    }

    [Fact]
    public async Task A_permit_held_under_the_policy_as_it_was_wakes_who_waits_for_it_as_it_is()
    {
        using MemoryStore store = new(_clock);
        RateLimitPolicies policies = Of(store, new RateLimitPolicy("held", Limit.Concurrency(1)) { MaxWait = TimeSpan.FromSeconds(8) });
        ConcurrencyLease lease = await GroupOf(policies, "held").EnterAsync([new("held", "x")], default);
        policies.Set(policies.Find("held")! with { QueueLimit = 7 });
        Task<ConcurrencyLease> waiting = GroupOf(policies, "held").EnterAsync([new("held", "x")], default).AsTask();
        await lease.DisposeAsync();
        Assert.True((await AfterAsync(waiting, Pause)).IsAcquired);
    }

    [Fact]
    public async Task What_is_given_back_wakes_who_waits()
    {
        using MemoryStore store = new(_clock);
        RateLimitPolicies policies = Of(store, new RateLimitPolicy("a", Limit.TokenBucket(10, Rate.PerHour(10))) { MaxWait = TimeSpan.FromHours(1) });
        PolicyGroup group = GroupOf(policies, "a");
        Decision reserved = await group.AcquireAsync([new("a", "x", 10)], default);
        Task<Decision> waiting = group.WaitAsync([new("a", "x", 5)], default).AsTask();
        await group.RefundAsync([new("a", "x", 10)], reserved, default);
        Assert.True((await waiting.WaitAsync(Soon, TimeProvider.System)).IsAllowed);
    }

    [Fact]
    public async Task A_denial_by_who_lets_nobody_wait_is_told_with_its_true_time_with_a_lease_too()
    {
        using MemoryStore store = new(_clock);
        RateLimitPolicies policies = Of(store,
            new RateLimitPolicy("rate", Limit.TokenBucket(1, Rate.PerMinute(1))), new RateLimitPolicy("held", Limit.Concurrency(5)) { MaxWait = TimeSpan.FromSeconds(2) });
        PolicyGroup group = GroupOf(policies, "rate", "held");
        PolicyCharge[] charges = [new("rate", "x"), new("held", "x")];
        Assert.True((await group.EnterAsync(charges, default)).IsAcquired);
        ConcurrencyLease refused = await group.EnterAsync(charges, default).AsTask().WaitAsync(Soon, TimeProvider.System);
        Assert.False(refused.IsAcquired);
        Assert.Equal(TimeSpan.FromMinutes(1), refused.Decision.RetryAfter);
        Assert.Equal("rate", refused.Decision.DecidedBy);
    }

    [Fact]
    public async Task Together_nobody_waits_longer_than_the_shortest_wait_and_a_wait_in_vain_is_refused_at_once()
    {
        using MemoryStore store = new(_clock);
        RateLimitPolicies policies = Of(store,
            new RateLimitPolicy("a", Limit.TokenBucket(1, Rate.PerSecond(1))) { MaxWait = TimeSpan.FromMilliseconds(200) },
            new RateLimitPolicy("b", Limit.TokenBucket(1, Rate.PerHour(1))) { MaxWait = TimeSpan.FromSeconds(5) });
        PolicyGroup group = GroupOf(policies, "a", "b");
        Assert.Equal(TimeSpan.FromMilliseconds(200), group.MaxWait);
        PolicyCharge[] charges = [new("a", "x"), new("b", "x")];
        Assert.True((await group.WaitAsync(charges, default)).IsAllowed);
        // The clock stands still: who waited would wait for ever.
        Decision refused = await group.WaitAsync(charges, default).AsTask().WaitAsync(Soon, TimeProvider.System);
        Assert.False(refused.IsAllowed);
        Assert.Equal(TimeSpan.FromHours(1), refused.RetryAfter);
    }

    [Fact]
    public void A_group_stays_the_same_while_its_policies_do()
    {
        using MemoryStore store = new(_clock);
        RateLimitPolicies policies = Of(store, new RateLimitPolicy("a", Limit.Concurrency(1)), new RateLimitPolicy("b", Limit.Concurrency(1)), new RateLimitPolicy("c", Limit.Concurrency(1)));
        PolicyGroup before = GroupOf(policies, "a", "b");
        policies.SetOverride("c", "x", Limit.Concurrency(2));
        Assert.Same(before, GroupOf(policies, "a", "b"));
        policies.SetOverride("a", "x", Limit.Concurrency(2));
        Assert.NotSame(before, GroupOf(policies, "a", "b"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(FailureMode.Closed)]
    public async Task A_policy_in_shadow_refuses_nobody_while_the_store_is_away(FailureMode? mode)
    {
        RateLimitPolicies policies = Of(new AwayStore(), new RateLimitPolicy("a", Limit.TokenBucket(1, Rate.PerHour(1))) { Shadow = true, OnStoreFailure = mode });
        Decision decision = await policies.AcquireAsync("a", "x");
        Assert.True(decision.IsAllowed);
        Assert.Equal(DecisionSource.FailOpen, decision.Source);
    }

    [Fact]
    public async Task While_the_store_is_away_one_decision_over_several_counts_as_those_over_one()
    {
        Limit two = Limit.FixedWindow(2, TimeSpan.FromDays(1));
        RateLimitPolicies policies = Of(new AwayStore(),
            new RateLimitPolicy("a", two) { OnStoreFailure = FailureMode.Local }, new RateLimitPolicy("b", two) { OnStoreFailure = FailureMode.Local });
        PolicyCharge[] both = [new("a", "x"), new("b", "x")];
        Assert.True((await policies.AcquireAsync(both)).IsAllowed);
        Assert.True((await policies.AcquireAsync("a", "x")).IsAllowed);
        Assert.False((await policies.AcquireAsync(both)).IsAllowed);
        Assert.True((await policies.AcquireAsync("b", "x")).IsAllowed);
        Assert.False((await policies.AcquireAsync("b", "x")).IsAllowed);
    }

    private static PolicyGroup GroupOf(RateLimitPolicies policies, params string[] names) => policies.GroupOf([.. names.Select(name => policies.Current.Policies[name])]);

    private async Task<ConcurrencyLease> AfterAsync(Task<ConcurrencyLease> waiting, TimeSpan most)
    {
        // In steps, so that whoever sleeps until then has begun to.
        for (TimeSpan gone = TimeSpan.Zero; gone < most + most && !waiting.IsCompleted; gone += TimeSpan.FromMilliseconds(10))
        {
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        return await waiting.WaitAsync(Soon, TimeProvider.System);
    }

    private RateLimitPolicies Of(IRateLimitStore store, params RateLimitPolicy[] policies) => new(store, _clock, new PolicyLayers { Code = new PolicySettings { Policies = policies } });
}
