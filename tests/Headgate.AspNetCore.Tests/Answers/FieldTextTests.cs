using FsCheck;
using FsCheck.Fluent;
using Headgate.AspNetCore.Answers;
using Headgate.Conformance.Generation;
using Headgate.Extensions.Policies;

namespace Headgate.AspNetCore.Tests.Answers;

public class FieldTextTests
{
    [Theory]
    [InlineData("token_bucket(capacity=100, refill=10/s)", "\"api\";q=100;w=10")]
    [InlineData("token_bucket(capacity=10, refill=3/s)", "\"api\";q=10;w=4")]
    [InlineData("leaky_bucket(capacity=1, leak=1000/s)", "\"api\";q=1;w=1")]
    [InlineData("fixed_window(permits=10000, window=1d)", "\"api\";q=10000;w=86400")]
    [InlineData("sliding_window(permits=5, window=1500ms)", "\"api\";q=5;w=2")]
    [InlineData("sliding_log(permits=5, window=1us)", "\"api\";q=5;w=1")]
    [InlineData("concurrency(permits=8)", "\"api\";q=8;qu=\"concurrent-requests\"")]
    [InlineData("fixed_window(permits=1000000000000000, window=1h)", "\"api\";q=999999999999999;w=3600")]
    [InlineData("token_bucket(capacity=10, refill=1/s, name=burst)", "\"burst\";q=10;w=10")]
    [InlineData("all_of(token_bucket(capacity=10, refill=1/s); fixed_window(permits=99, window=1h))", "\"api\";q=10;w=10, \"api.2\";q=99;w=3600")]
    [InlineData("all_of(token_bucket(capacity=10, refill=1/s, shadow=true); fixed_window(permits=99, window=1h))", "\"api.2\";q=99;w=3600")]
    [InlineData("token_bucket(capacity=10, refill=1/s, shadow=true)", "")]
    public void Policy_lists_what_is_enforced(string limit, string expected)
    {
        using AnswerRig rig = AnswerRig.Of(limit);
        Assert.Equal(expected, LimitFields.Of(rig.Limits[0], Draft11Text.Instance).Policy.ToString());
    }

    [Theory]
    [InlineData(50, 30, "\"api\";r=50;t=30")]
    [InlineData(10, 0, "\"api\";r=10")]
    [InlineData(0, 1, "\"api\";r=0;t=1")]
    [InlineData(long.MaxValue, long.MaxValue, "\"api\";r=999999999999999;t=999999999999999")]
    [InlineData(-1, 5, "\"api\";r=0;t=5")]
    public void Limit_says_what_is_left_and_when_more_is_there(long remaining, long seconds, string expected) =>
        Assert.Equal(expected, Draft11Text.Instance.Limit(ItemOf(Limit.FixedWindow(10, TimeSpan.FromHours(1)) with { Name = "api" }), remaining, seconds));

    [Theory]
    [InlineData("plain", "\"plain\"")]
    [InlineData("a\"b\\c", "\"a\\\"b\\\\c\"")]
    [InlineData("a\r\nSet-Cookie: x", "\"a??Set-Cookie: x\"")]
    [InlineData("ümläut", "\"?ml?ut\"")]
    public void Strings_are_escaped_and_never_end_the_line(string text, string expected) => Assert.Equal(expected, StructuredText.String(text));

    [Theory]
    [InlineData("a\r\nSet-Cookie: x")]
    [InlineData("a\"b")]
    [InlineData("ümläut")]
    public void No_limit_and_no_policy_can_have_a_name_that_needs_it(string name)
    {
        Assert.ThrowsAny<ArgumentException>(() => Limit.Concurrency(1) with { Name = name });
        Assert.ThrowsAny<ArgumentException>(() => new Extensions.RateLimitPolicy(name, Limit.Concurrency(1)));
    }

    /// <summary>Whatever is enforced is listed once, under its own name and with its own numbers, in a field that any parser reads.</summary>
    [Fact]
    public void Every_policy_can_be_read_back() =>
        PropertyCheck.ForAll(Arb.From(Policies()), policy =>
        {
            using AnswerRig rig = new(policy);
            LimitLeafText[] leaves = [.. Leaves(policy.Limit, policy.Limit.Shadow)];
            IReadOnlyList<StructuredItem> items = StructuredList.Parse(LimitFields.Of(rig.Limits[0], Draft11Text.Instance).Policy.ToString());
            Assert.Equal(leaves.Where(leaf => !leaf.Shadow).Select(leaf => leaf.Name), items.Select(item => item.Value));
            foreach (StructuredItem item in items)
            {
                Assert.InRange(Assert.IsType<long>(item["q"]), 1, 999_999_999_999_999);
                if (item["qu"] is { } unit) Assert.Equal(("concurrent-requests", null), (unit, item["w"]));
                else Assert.InRange(Assert.IsType<long>(item["w"]), 1, 36_525L * 86_400);
            }
        }, 500);

    [Fact]
    public void Every_value_can_be_read_back_and_is_remembered_right()
    {
        using AnswerRig rig = AnswerRig.Of("all_of(token_bucket(capacity=10, refill=1/s); fixed_window(permits=99, window=1h))");
        LimitFields fields = LimitFields.Of(rig.Limits[0], Draft11Text.Instance);
        ValueCache cache = new(Draft11Text.Instance);
        Gen<long> numbers = Gen.OneOf(Gen.Choose(0, 40).Select(n => (long)n), Gen.Elements(0, 999_999_999_999_999, 1_000_000_000_000_000, long.MaxValue));
        PropertyCheck.ForAll(Arb.From(from name in Gen.Elements("api", "api.2") from r in numbers from t in numbers select (name, r, t)), value =>
        {
            StructuredItem item = Assert.Single(StructuredList.Parse(cache.Of(fields.Find(value.name)!, value.r, value.t).ToString()));
            Assert.Equal(value.name, item.Value);
            Assert.Equal(Math.Min(value.r, 999_999_999_999_999), item["r"]);
            Assert.Equal(value.t == 0 ? null : (object)Math.Min(value.t, 999_999_999_999_999), item["t"]);
        }, 5000);
    }

    [Fact]
    public void Times_round_up_and_zero_stays_zero() =>
        PropertyCheck.ForAll(Arb.From(Gen.OneOf(Gen.Choose(0, 50_000_000).Select(n => (long)n), Gen.Elements(0L, 1, TimeSpan.TicksPerSecond, LimitBounds.MaxPeriod.Ticks))), ticks =>
        {
            long seconds = WholeSeconds.Up(new TimeSpan(ticks));
            Assert.True(seconds * TimeSpan.TicksPerSecond >= ticks);
            Assert.True((seconds - 1) * TimeSpan.TicksPerSecond < ticks);
        }, 1000);

    private static LimitItem ItemOf(Limit limit) => Assert.Single(LimitItem.Of(limit, inShadow: false));

    private static IEnumerable<LimitLeafText> Leaves(Limit limit, bool shadow) => limit is CompositeLimit all
        ? all.Limits.SelectMany(part => Leaves(part, shadow || part.Shadow))
        : [new LimitLeafText(limit.Name ?? limit.ToString(), shadow)];

    private static Gen<Extensions.RateLimitPolicy> Policies()
    {
        Gen<Limit> plain = from kind in Gen.Elements(Enum.GetValues<LimitKind>())
                           from extreme in Gen.Elements(true, false)
                           from limit in LimitGen.OfKind(kind, extreme)
                           from shadow in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
                           select limit with { Shadow = shadow };
        Gen<string> names = from length in Gen.Choose(1, 12)
                            from characters in Gen.ArrayOf(Gen.Choose(' ', '~').Select(c => (char)c).Where(c => c is not ('"' or '\\')), length)
                            select new string(characters);
        return from name in names
               from limits in Gen.Choose(1, 4).SelectMany(count => Gen.ArrayOf(plain, count))
               from shadow in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
               select new Extensions.RateLimitPolicy(name, limits.Length == 1 ? limits[0] with { Shadow = limits[0].Shadow || shadow } : PolicyLimits.Identify(name, Limit.AllOf([.. limits.Select((limit, i) => limit with { Name = $"{name}.{i}" })])) with { Shadow = shadow });
    }

    private sealed record LimitLeafText(string Name, bool Shadow);
}
