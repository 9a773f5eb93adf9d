using Xunit;

namespace Headgate.Conformance;

/// <summary>Law 13: two different (namespace, limit, key) never share state, whatever characters they are made of.</summary>
public abstract class KeyLaws : LeaseLaws
{
    private static readonly string[] Parts =
    [
        "", ":", "::", "|", "||", "a", "b", "ab", "a:b", "a|b", ":a", "a:", "1:a", "1", "10", "{a}", "a b", " ", "\0", "a\0", "\n",
        "\\", "\"", "*", "?", "/", "%", "é", "e\u0301", "A", "\u00e4\u20ac", "\ud83d\ude00", "\ud83d", "\ude00", "\ufffd", "u", "n", "token_bucket|u|capacity=5, refill=1/h",
    ];

    private static readonly Limit Five = Limit.TokenBucket(5, Rate.PerHour(1));

    [Fact]
    public async Task Law_13_different_namespaces_and_keys_never_share_state()
    {
        await using StoreUnderTest under = await CreateAsync(ClockControl.None);
        List<Charge> all = [.. Parts.SelectMany(ns => Parts.Select(key => new Charge(key, Five) { Namespace = ns }))];
        await EachHasItsOwnStateAsync(under, all);
    }

    [Fact]
    public async Task Law_13_keys_around_every_length_boundary_are_different()
    {
        await using StoreUnderTest under = await CreateAsync(ClockControl.None);
        List<Charge> all = [];
        IEnumerable<int> boundaries = new[] { 2, 4, 8, 16, 32, 64, 128, 256, 1024, 65_536 }.SelectMany(n => new[] { n - 1, n, n + 1 });
        foreach (int length in boundaries.Distinct())
        {
            all.Add(new Charge(new string('x', length), Five));
            all.Add(new Charge(new string('x', length - 1) + 'y', Five));
            if (length > 1) all.Add(new Charge('y' + new string('x', length - 1), Five));
            all.Add(new Charge(new string('x', length - 1), Five) { Namespace = "x" });
            all.Add(new Charge(new string('\0', length), Five));
        }

        await EachHasItsOwnStateAsync(under, all);
    }

    [Fact]
    public async Task Law_13_different_limits_never_share_state()
    {
        await using StoreUnderTest under = await CreateAsync(ClockControl.None);
        Limit[] limits =
        [
            Five, Limit.TokenBucket(5, Rate.Per(1, TimeSpan.FromHours(2))), Limit.TokenBucket(50, Rate.PerHour(1)),
            Five with { Name = "a" }, Five with { Name = "b" }, Five with { Name = "a|b" }, Five with { Name = "capacity=5, refill=1/h" },
            Limit.LeakyBucket(5, Rate.PerHour(1)), Limit.LeakyBucket(5, Rate.PerHour(1)) with { Name = "a" },
            Limit.FixedWindow(5, TimeSpan.FromDays(36_525)), Limit.SlidingWindow(5, TimeSpan.FromDays(36_525)),
            Limit.SlidingLog(5, TimeSpan.FromDays(1)),
            Limit.Concurrency(5, TimeSpan.FromDays(1)), Limit.Concurrency(5, TimeSpan.FromDays(2)),
        ];
        await EachHasItsOwnStateAsync(under, [.. limits.Select(limit => new Charge("k", limit))]);
    }

    [Fact]
    public async Task Law_13_null_and_the_empty_namespace_are_one_and_equal_limits_share_state()
    {
        await using StoreUnderTest under = await CreateAsync(ClockControl.None);
        await AcquireAsync(under, new Charge("k", Five));
        await AcquireAsync(under, new Charge("k", Limit.TokenBucket(5, Rate.PerHour(1))) { Namespace = "" });
        Assert.Equal(3, (await PeekAsync(under, new Charge("k", Five, 0) { Namespace = null })).Remaining);
    }

    [Fact]
    public async Task Law_13_a_plain_limit_and_the_same_one_in_an_unnamed_composite_share_state_and_in_a_named_one_do_not()
    {
        await using StoreUnderTest under = await CreateAsync(ClockControl.None);
        await AcquireAsync(under, On("k", Five));
        Assert.Equal(4, (await LookAsync(under, "k", Limit.AllOf(Five))).Remaining);
        Assert.Equal(5, (await LookAsync(under, "k", Limit.AllOf(Five) with { Name = "named" })).Remaining);
    }

    /// <summary>Each is charged once; if two were one, the later would find the permit of the earlier gone.</summary>
    private static async Task EachHasItsOwnStateAsync(StoreUnderTest under, List<Charge> charges)
    {
        foreach (Charge charge in charges)
        {
            Decision first = await AcquireAsync(under, charge);
            Assert.True(first.Remaining == first.Limit - 1, $"{Shown(charge)} shares the state of an earlier one.");
        }
    }

    private static string Shown(Charge charge)
    {
        string key = string.Join(" ", charge.Key.Take(40).Select(c => $"{(int)c:x4}"));
        return $"{charge.Namespace}/[{key}] ({charge.Key.Length} characters) of {charge.Limit}";
    }
}
