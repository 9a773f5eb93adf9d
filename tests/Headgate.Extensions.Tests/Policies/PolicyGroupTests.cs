using Headgate.Conformance;
using Headgate.Extensions.Policies;

namespace Headgate.Extensions.Tests.Policies;

/// <summary>Several policies as one decision: all or none, one wait, one lease, one failure mode.</summary>
public sealed class PolicyGroupTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task A_denial_of_one_costs_the_others_nothing()
    {
        using MemoryStore store = new(_clock);
        RateLimitPolicies policies = Of(store, new RateLimitPolicy("wide", Limit.FixedWindow(10, TimeSpan.FromDays(1))), new RateLimitPolicy("narrow", Limit.FixedWindow(2, TimeSpan.FromDays(1))));
        PolicyCharge[] charges = [new("wide", "global:"), new("narrow", "user:alice")];
        for (int i = 0; i < 5; i++) Assert.Equal(i < 2, (await policies.AcquireAsync(charges)).IsAllowed);
        Assert.Equal(8, (await policies.PeekAsync("wide", "global:", 0)).Remaining);
        Array.Reverse(charges);
        Assert.Equal("narrow", (await policies.AcquireAsync(charges)).DecidedBy);
        Assert.Equal(8, (await policies.PeekAsync("wide", "global:", 0)).Remaining);
    }

    [Fact]
    public async Task Who_waits_for_several_is_admitted_when_the_last_can_be_had()
    {
        using MemoryStore store = new(_clock);
        PolicyGroup group = Group(store, new RateLimitPolicy("a", Limit.TokenBucket(1, Rate.PerSecond(1))) { MaxWait = TimeSpan.FromSeconds(10) }, new RateLimitPolicy("b", Limit.TokenBucket(1, Rate.Per(1, TimeSpan.FromSeconds(3)))) { MaxWait = TimeSpan.FromSeconds(10) });
        PolicyCharge[] charges = [new("a", "x"), new("b", "x")];
        Assert.True((await group.AcquireAsync(charges, default)).IsAllowed);
        Task<Decision> waiting = group.WaitAsync(charges, default).AsTask();
        for (int i = 0; i < 29; i++) _clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.False(waiting.IsCompleted);
        for (int i = 0; i < 2; i++) _clock.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True((await waiting.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System)).IsAllowed);
    }

    [Fact]
    public async Task A_lease_holds_the_permits_of_concurrency_limits_until_it_ends()
    {
        using MemoryStore store = new(_clock);
        PolicyGroup group = Group(store, new RateLimitPolicy("held", Limit.Concurrency(1)), new RateLimitPolicy("window", Limit.FixedWindow(10, TimeSpan.FromDays(1))));
        PolicyCharge[] charges = [new("held", "x"), new("window", "x")];
        ConcurrencyLease lease = await group.EnterAsync(charges, default);
        Assert.True(lease.Decision.IsAllowed);
        Assert.False((await group.AcquireAsync(charges, default)).IsAllowed);
        await lease.DisposeAsync();
        Assert.True((await group.AcquireAsync(charges, default)).IsAllowed);
    }

    [Theory]
    [InlineData(FailureMode.Open, FailureMode.Closed, DecisionSource.FailClosed)]
    [InlineData(FailureMode.Closed, FailureMode.Local, DecisionSource.FailClosed)]
    [InlineData(FailureMode.Open, FailureMode.Local, DecisionSource.FailLocal)]
    [InlineData(FailureMode.Open, FailureMode.Open, DecisionSource.FailOpen)]
    public async Task The_strictest_failure_mode_answers_for_all(FailureMode first, FailureMode second, DecisionSource source)
    {
        Limit limit = Limit.FixedWindow(10, TimeSpan.FromDays(1));
        foreach ((FailureMode a, FailureMode b) in new[] { (first, second), (second, first) })
        {
            PolicyGroup group = Group(new AwayStore(), new RateLimitPolicy("a", limit) { OnStoreFailure = a }, new RateLimitPolicy("b", limit) { OnStoreFailure = b });
            Assert.Equal(source, (await group.AcquireAsync([new("a", "x"), new("b", "x")], default)).Source);
        }
    }

    [Fact]
    public async Task The_failure_mode_of_a_shadow_policy_refuses_nobody()
    {
        Limit limit = Limit.FixedWindow(10, TimeSpan.FromDays(1));
        PolicyGroup group = Group(new AwayStore(), new RateLimitPolicy("a", limit), new RateLimitPolicy("b", limit) { OnStoreFailure = FailureMode.Closed, Shadow = true });
        Assert.True((await group.AcquireAsync([new("a", "x"), new("b", "x")], default)).IsAllowed);
    }

    private RateLimitPolicies Of(IRateLimitStore store, params RateLimitPolicy[] policies) => new(store, _clock, new PolicyLayers { Code = new PolicySettings { Policies = policies } });

    private PolicyGroup Group(IRateLimitStore store, params RateLimitPolicy[] policies)
    {
        RateLimitPolicies all = Of(store, policies);
        return all.GroupOf([.. policies.Select(policy => all.Current.Policies[policy.Name])]);
    }
}
