namespace Headgate.Tests.Limits;

/// <summary>Equality, <c>with</c>, and whose state is whose.</summary>
public class LimitIdentityTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static TheoryData<string> Different =>
    [
        "token_bucket(capacity=10, refill=1/s)",
        "token_bucket(capacity=11, refill=1/s)",
        "token_bucket(capacity=10, refill=2/s)",
        "token_bucket(capacity=10, refill=60/min)",
        "leaky_bucket(capacity=10, leak=1/s)",
        "fixed_window(permits=10, window=1s)",
        "fixed_window(permits=10, window=2s)",
        "sliding_window(permits=10, window=1s)",
        "sliding_log(permits=10, window=1s)",
        "concurrency(permits=10, lease=1s)",
        "concurrency(permits=10)",
        "fixed_window(permits=10, window=1s, name=a)",
        "fixed_window(permits=10, window=1s, name=A)",
        "fixed_window(permits=10, window=1s, shadow=true)",
        "all_of(fixed_window(permits=10, window=1s))",
        "all_of(fixed_window(permits=10, window=1s); name=a)",
        "all_of(all_of(fixed_window(permits=10, window=1s)))",
        "all_of(fixed_window(permits=10, window=1s); sliding_log(permits=10, window=1s))",
        "all_of(sliding_log(permits=10, window=1s); fixed_window(permits=10, window=1s))",
    ];

    [Theory]
    [MemberData(nameof(Different))]
    public void A_limit_equals_its_like_and_no_other(string text)
    {
        Limit limit = Limit.Parse(text);
        Limit like = Limit.Parse(text);
        Assert.True(limit == like);
        Assert.Equal(limit.GetHashCode(), like.GetHashCode());
        Assert.Equal(limit, limit with { Name = limit.Name });
        Assert.False(limit.Equals(null));
        foreach (string other in Different.Select(row => row.Data))
        {
            if (other != text) Assert.NotEqual(limit, Limit.Parse(other));
        }
    }

    [Fact]
    public void With_derives_anew_what_depends_on_what_was_changed()
    {
        Limit limit = Limit.FixedWindow(10, Second);
        Assert.Equal("fixed_window(permits=10, window=1s)", limit.ToString());
        Assert.Equal("fixed_window|u|permits=10, window=1s", Assert.Single(limit.Leaves).Identity);

        Limit named = limit with { Name = "n", Shadow = true };
        Assert.Equal("fixed_window(permits=10, window=1s, name=n, shadow=true)", named.ToString());
        LimitLeaf leaf = Assert.Single(named.Leaves);
        Assert.Equal(("fixed_window|n|n", "n", true), (leaf.Identity, leaf.Label, leaf.Shadow));
        Assert.Equal("fixed_window(permits=10, window=1s)", limit.ToString());
        Assert.Equal(limit, named with { Name = null, Shadow = false });
        Assert.Throws<ArgumentOutOfRangeException>(() => named with { Name = "" });
    }

    [Fact]
    public void A_composite_does_not_follow_the_array_it_was_built_from()
    {
        Limit[] parts = [Limit.FixedWindow(1, Second), Limit.FixedWindow(2, Second)];
        CompositeLimit composite = Limit.AllOf(parts);
        parts[0] = Limit.FixedWindow(9, Second);
        Assert.Equal(Limit.FixedWindow(1, Second), composite.Limits[0]);
    }

    [Fact]
    public void Unnamed_limits_are_known_by_kind_and_numbers()
    {
        Assert.Equal(Identity(Limit.FixedWindow(1, Second)), Identity(Limit.FixedWindow(1, TimeSpan.FromMilliseconds(1000))));
        Assert.NotEqual(Identity(Limit.FixedWindow(1, Second)), Identity(Limit.FixedWindow(2, Second)));
        Assert.NotEqual(Identity(Limit.FixedWindow(1, Second)), Identity(Limit.SlidingWindow(1, Second)));
        Assert.Equal(Identity(Limit.FixedWindow(1, Second)), Identity(Limit.FixedWindow(1, Second) with { Shadow = true }));
    }

    [Fact]
    public void Named_limits_are_known_by_kind_and_name()
    {
        Assert.Equal(Identity(Limit.FixedWindow(1, Second) with { Name = "n" }), Identity(Limit.FixedWindow(2, Second) with { Name = "n" }));
        Assert.NotEqual(Identity(Limit.FixedWindow(1, Second) with { Name = "n" }), Identity(Limit.SlidingLog(1, Second) with { Name = "n" }));
        Assert.NotEqual(Identity(Limit.FixedWindow(1, Second) with { Name = "n" }), Identity(Limit.FixedWindow(1, Second) with { Name = "m" }));
        Assert.NotEqual(Identity(Limit.FixedWindow(1, Second)), Identity(Limit.FixedWindow(1, Second) with { Name = "permits=1, window=1s" }));
    }

    [Fact]
    public void In_a_named_composite_unnamed_limits_are_known_by_their_place()
    {
        Limit before = Limit.AllOf(Limit.FixedWindow(1, Second), Limit.FixedWindow(2, Second)) with { Name = "c" };
        Limit after = Limit.AllOf(Limit.FixedWindow(7, Second), Limit.FixedWindow(9, Second)) with { Name = "c" };
        Assert.Equal(Identities(before), Identities(after));
        Assert.Equal(2, Identities(before).Distinct().Count());
        Assert.NotEqual(Identities(before), Identities(before with { Name = "d" }));
        Assert.Equal([Identity(Limit.FixedWindow(1, Second)), Identity(Limit.FixedWindow(2, Second))], Identities(before with { Name = null }));

        Limit named = Limit.FixedWindow(1, Second) with { Name = "own" };
        Assert.Equal([Identity(named)], Identities(Limit.AllOf(named) with { Name = "c" }));
    }

    [Fact]
    public void Two_parts_that_would_be_one_state_are_refused()
    {
        Limit one = Limit.FixedWindow(1, Second);
        Refusal.OfArgument(() => Limit.AllOf(one, one), "fixed_window(permits=1, window=1s)", "twice");
        Refusal.OfArgument(() => Limit.AllOf(one, one with { Shadow = true }), "twice");
        Refusal.OfArgument(() => Limit.AllOf(one, Limit.AllOf(one)), "twice");
        Refusal.OfArgument(() => Limit.AllOf(one with { Name = "n" }, Limit.FixedWindow(2, Second) with { Name = "n" }), "n twice");
        Assert.NotNull(Limit.AllOf(one with { Name = "n" }, one));
        Assert.NotNull(Limit.AllOf(one with { Name = "n" }, Limit.SlidingLog(1, Second) with { Name = "n" }));
    }

    [Fact]
    public void A_name_that_would_make_two_parts_one_state_is_refused()
    {
        Limit inner = Limit.AllOf(Limit.FixedWindow(2, Second)) with { Name = "c" };
        CompositeLimit outer = Limit.AllOf(Limit.FixedWindow(1, Second), inner);
        Refusal.OfArgument(() => outer with { Name = "c" }, "twice");
        Assert.Equal(2, Identities(outer with { Name = "d" }).Distinct().Count());
    }

    [Fact]
    public void A_shadow_composite_makes_shadows_of_its_parts()
    {
        Limit composite = Limit.AllOf(Limit.FixedWindow(1, Second), Limit.FixedWindow(2, Second) with { Shadow = true });
        Assert.Equal([false, true], composite.Leaves.Select(l => l.Shadow));
        Assert.Equal([true, true], (composite with { Shadow = true }).Leaves.Select(l => l.Shadow));
    }

    private static string Identity(Limit limit) => Assert.Single(limit.Leaves).Identity;

    private static IEnumerable<string> Identities(Limit limit) => limit.Leaves.Select(l => l.Identity);
}
