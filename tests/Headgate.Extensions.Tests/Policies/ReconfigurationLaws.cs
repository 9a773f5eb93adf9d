using FsCheck;
using FsCheck.Fluent;
using Headgate.Conformance;
using Headgate.Extensions.Policies;

namespace Headgate.Extensions.Tests.Policies;

/// <summary>Law 12 for policies: whatever changes while running, what was consumed stays consumed.</summary>
public sealed class ReconfigurationLaws
{
    private static readonly TimeSpan Long = TimeSpan.FromDays(365);

    [Fact]
    public void There_and_back_is_as_if_nothing_had_been()
    {
        Gen<(int Kind, int First, int Second, int Taken)> cases =
            from kind in Gen.Choose(0, 3)
            from first in Gen.Choose(1, 50)
            from second in Gen.Choose(1, 50)
            from taken in Gen.Choose(0, 60)
            select (kind, first, second, taken);
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(cases.ToArbitrary(), one =>
        {
            (RateLimitPolicies policies, MemoryStore store) = Policies(LimitOf(one.Kind, one.First));
            using MemoryStore _ = store;
            for (int i = 0; i < one.Taken; i++) Take(policies);
            long before = Left(policies);
            policies.Configure("file", Settings(LimitOf(one.Kind, one.Second)));
            policies.Configure("file", Settings(LimitOf(one.Kind, one.First)));
            return Left(policies) == before;
        }));
    }

    [Fact]
    public void A_new_number_counts_from_what_was_consumed()
    {
        Gen<(int Kind, int First, int Second, int Taken)> cases =
            from kind in Gen.Choose(0, 3)
            from first in Gen.Choose(1, 50)
            from second in Gen.Choose(1, 50)
            from taken in Gen.Choose(0, 60)
            select (kind, first, second, taken);
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(cases.ToArbitrary(), one =>
        {
            (RateLimitPolicies policies, MemoryStore store) = Policies(LimitOf(one.Kind, one.First));
            using MemoryStore _ = store;
            for (int i = 0; i < one.Taken; i++) Take(policies);
            policies.Configure("file", Settings(LimitOf(one.Kind, one.Second)));
            return Left(policies) == Math.Max(0, one.Second - Math.Min(one.Taken, one.First));
        }));
    }

    [Fact]
    public void A_second_limit_leaves_what_the_first_counted()
    {
        (RateLimitPolicies policies, MemoryStore store) = Policies(LimitOf(0, 10));
        using MemoryStore _ = store;
        for (int i = 0; i < 6; i++) Take(policies);
        policies.Configure("file", Settings(Limit.AllOf(LimitOf(0, 10), LimitOf(1, 100))));
        Assert.Equal(4, Left(policies));
        policies.Configure("file", Settings(LimitOf(0, 10)));
        Assert.Equal(4, Left(policies));
    }

    [Fact]
    public void An_override_keeps_what_its_caller_consumed()
    {
        (RateLimitPolicies policies, MemoryStore store) = Policies(LimitOf(0, 10));
        using MemoryStore _ = store;
        for (int i = 0; i < 6; i++) Take(policies);
        policies.SetOverride("api", "alice", LimitOf(0, 20));
        Assert.Equal(14, Left(policies));
        policies.Configure("file", Settings(LimitOf(0, 5)));
        Assert.Equal(14, Left(policies));
        Assert.True(policies.RemoveOverride("api", "alice"));
        Assert.Equal(0, Left(policies));
    }

    [Fact]
    public void Layers_lie_above_each_other_and_come_off_again()
    {
        (RateLimitPolicies policies, MemoryStore store) = Policies(LimitOf(0, 1));
        using MemoryStore _ = store;
        policies.Configure("file", Settings(LimitOf(0, 2)));
        Assert.Equal(2, Left(policies));
        policies.Set(new RateLimitPolicy("api", LimitOf(0, 3)));
        policies.Configure("file", Settings(LimitOf(0, 4)));
        Assert.Equal(3, Left(policies));
        Assert.True(policies.Remove("api"));
        Assert.False(policies.Remove("api"));
        Assert.Throws<PolicyException>(() => Left(policies));
        policies.Set(new RateLimitPolicy("api", LimitOf(0, 5)));
        Assert.Equal(5, Left(policies));
    }

    [Fact]
    public void What_was_said_of_callers_goes_with_the_policy()
    {
        (RateLimitPolicies policies, MemoryStore store) = Policies(LimitOf(0, 1));
        using MemoryStore _ = store;
        policies.Set(new RateLimitPolicy("other", LimitOf(0, 1)));
        policies.SetOverride("other", "alice", LimitOf(0, 7));
        foreach (string name in (string[])["api", "trial"])
        {
            policies.Set(new RateLimitPolicy(name, LimitOf(0, 3)));
            policies.SetOverride(name, "alice", LimitOf(0, 9));
            Assert.True(policies.Remove(name));
            policies.Set(new RateLimitPolicy(name, LimitOf(0, 5)));
            Assert.Empty(policies.Find(name)!.Overrides);
        }

        Assert.Equal(5, Left(policies));
        Assert.Single(policies.Find("other")!.Overrides);
    }

    [Fact]
    public void A_change_that_cannot_be_changes_nothing()
    {
        (RateLimitPolicies policies, MemoryStore store) = Policies(LimitOf(0, 1));
        using MemoryStore _ = store;
        PolicySnapshot before = policies.Current;
        PolicySettings bad = Settings(LimitOf(0, 9)) with { Routes = [new RateLimitRoute("/**", ["unheard-of"])] };
        Assert.Contains("'unheard-of'", Assert.Throws<PolicyException>(() => policies.Configure("file", bad)).Message, StringComparison.Ordinal);
        Assert.Throws<PolicyException>(() => policies.Configure([("one", Settings(LimitOf(0, 9))), ("two", bad)]));
        Assert.Same(before, policies.Current);
        policies.Require(new Dictionary<string, string> { ["api"] = "GET /" });
        Assert.Contains("the policy 'api' cannot be removed: GET / uses it", Assert.Throws<PolicyException>(() => policies.Remove("api")).Message, StringComparison.Ordinal);
        Assert.NotNull(policies.Find("api"));
    }

    private static (RateLimitPolicies, MemoryStore) Policies(Limit limit)
    {
        FakeClock clock = new();
        MemoryStore store = new(clock);
        return (new RateLimitPolicies(store, clock, new PolicyLayers { Code = Settings(limit) }), store);
    }

    private static PolicySettings Settings(Limit limit) => new() { Policies = [new RateLimitPolicy("api", limit)] };

    private static Limit LimitOf(int kind, int permits) => kind switch
    {
        0 => Limit.FixedWindow(permits, Long),
        1 => Limit.SlidingLog(permits, Long),
        2 => Limit.TokenBucket(permits, Rate.PerDay(1)),
        _ => Limit.SlidingWindow(permits, Long),
    };

    private static void Take(RateLimitPolicies policies) => Now(policies.AcquireAsync("api", "user:alice"));

    private static long Left(RateLimitPolicies policies) => Now(policies.PeekAsync("api", "user:alice", 0)).Remaining;

    private static Decision Now(ValueTask<Decision> decision)
    {
        Assert.True(decision.IsCompletedSuccessfully, "the memory store answers at once");
#pragma warning disable RS0030 // It is there.
        return decision.Result;
#pragma warning restore RS0030
    }
}
