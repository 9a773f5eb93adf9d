using Headgate.Conformance.Generation;
using Xunit;

namespace Headgate.Conformance;

/// <summary>Laws 10 and 14: lists, composites, shadows.</summary>
public abstract class ListLaws : SingleChargeLaws
{
    /// <summary>False for a store whose forecasts are only lower bounds.</summary>
    protected virtual bool ForecastsExactly => true;

    [Fact]
    public Task Law_10_decides_generated_lists_as_the_model_does() =>
        CheckAsync(ScriptGen.Lists(ScriptOptions.GiveBack), ClockControl.Forward);

    [Fact]
    public Task Law_10_decides_generated_composites_as_the_model_does() =>
        CheckAsync(ScriptGen.Composites(ScriptOptions.GiveBack), ClockControl.Forward);

    [Fact]
    public async Task Law_10_all_are_charged_or_none_whatever_their_order()
    {
        foreach (Limit limit in OneOfEach())
        {
            await using StoreUnderTest under = await CreateAsync(ClockControl.None);
            await AcquireAsync(under, On("spent", limit, 5));
            Charge[] list = [new("a", limit, 2), new("spent", limit), new("b", limit, 3)];
            foreach (Charge[] order in new[] { list, [list[1], list[0], list[2]], [list[2], list[0], list[1]] })
            {
                Assert.False((await AcquireAsync(under, order)).IsAllowed);
                Assert.Equal(5, (await LookAsync(under, "a", limit)).Remaining);
                Assert.Equal(5, (await LookAsync(under, "b", limit)).Remaining);
            }
        }
    }

    [Fact]
    public async Task Law_10_the_longest_denial_decides_and_its_retry_is_exact_for_the_list()
    {
        await using StoreUnderTest under = await CreateAsync();
        Limit fast = Limit.TokenBucket(5, Rate.PerSecond(2)) with { Name = "fast" };
        Limit slow = Limit.SlidingLog(5, TimeSpan.FromSeconds(10)) with { Name = "slow" };
        Charge[] list = [new("k", fast, 4), new("k", slow, 4), new("other", fast, 1)];
        Assert.True((await AcquireAsync(under, list)).IsAllowed);

        Decision denied = await AcquireAsync(under, list);
        Assert.Equal("slow", denied.DecidedBy);
        Assert.Equal(5, denied.Limit);
        Assert.Equal(1, denied.Remaining);
        Assert.Equal(TimeSpan.FromSeconds(10), denied.RetryAfter);

        under.SetTime(Start + (10 * Second) - 1);
        Assert.False((await AcquireAsync(under, list)).IsAllowed);
        under.SetTime(Start + (10 * Second));
        Assert.True((await AcquireAsync(under, list)).IsAllowed);
    }

    [Fact]
    public async Task Law_10_equal_keys_are_charged_additively()
    {
        await using StoreUnderTest under = await CreateAsync(ClockControl.None);
        foreach (Limit limit in OneOfEach())
        {
            Assert.False((await AcquireAsync(under, new Charge("k", limit, 3), new Charge("k", limit, 3))).IsAllowed);
            Assert.True((await AcquireAsync(under, new Charge("k", limit, 3), new Charge("k", limit, 2))).IsAllowed);
            Assert.Equal(0, (await LookAsync(under, "k", limit)).Remaining);
            Assert.Equal(
                Timeout.InfiniteTimeSpan,
                (await AcquireAsync(under, new Charge("x", limit, long.MaxValue), new Charge("x", limit, long.MaxValue))).RetryAfter);
        }
    }

    [Fact]
    public async Task Law_10_the_least_remaining_decides_an_admission()
    {
        await using StoreUnderTest under = await CreateAsync(ClockControl.None);
        Limit small = Limit.FixedWindow(3, TimeSpan.FromDays(36_525)) with { Name = "small" };
        Limit large = Limit.Concurrency(9, TimeSpan.FromHours(1)) with { Name = "large" };
        Decision allowed = await AcquireAsync(under, On("k", Limit.AllOf(large, small)));
        Assert.Equal((true, "small", 3L, 2L), (allowed.IsAllowed, allowed.DecidedBy, allowed.Limit, allowed.Remaining));
    }

    [Fact]
    public async Task A_forecast_is_what_a_row_of_callers_then_waits_and_changes_nothing()
    {
        long[] costs = [3, 1, 4, 2, 5, 1];
        IEnumerable<Limit> limits = OneOfEach().Where(l => l is not ConcurrencyLimit);
        foreach (Limit limit in limits.Append(Limit.AllOf(Limit.TokenBucket(5, Rate.PerSecond(2)), Limit.SlidingLog(6, TimeSpan.FromSeconds(4)))))
        {
            await using StoreUnderTest under = await CreateAsync();
            await AcquireAsync(under, On("k", limit, 2));
            TimeSpan forecast = await under.Store.ForecastAsync(On("k", limit), costs);
            Assert.Equal(3, (await LookAsync(under, "k", limit)).Remaining);

            long now = Start;
            Decision last = default;
            foreach (long cost in costs)
            {
                now += Micros((await PeekAsync(under, On("k", limit, cost))).RetryAfter);
                under.SetTime(now);
                last = await AcquireAsync(under, On("k", limit, cost));
                Assert.True(last.IsAllowed);
            }

            long waited = now - Start + Micros(last.Delay);
            if (ForecastsExactly) Assert.Equal(waited, Micros(forecast));
            else Assert.InRange(Micros(forecast), 0, waited);
            Assert.Equal(Timeout.InfiniteTimeSpan, await under.Store.ForecastAsync(On("k", limit), new long[] { 1, 6 }));
        }
    }

    [Fact]
    public async Task Law_14_a_shadow_is_reported_and_never_enforced()
    {
        await using StoreUnderTest plain = await CreateAsync(ClockControl.None);
        await using StoreUnderTest shadowed = await CreateAsync(ClockControl.None);
        Limit enforced = Limit.SlidingLog(4, TimeSpan.FromHours(1)) with { Name = "enforced" };
        Limit shadow = Limit.Concurrency(2, TimeSpan.FromHours(1)) with { Name = "shadow", Shadow = true };
        for (int i = 0; i < 6; i++)
        {
            Decision without = await AcquireAsync(plain, On("k", enforced));
            Decision with = await AcquireAsync(shadowed, On("k", Limit.AllOf(shadow, enforced)));
            Assert.Equal(i < 2 ? null : "shadow", with.ShadowDeniedBy);
            Assert.Equal(
                (without.IsAllowed, without.Limit, without.Remaining, without.DecidedBy),
                (with.IsAllowed, with.Limit, with.Remaining, with.DecidedBy));
        }

        Limit second = shadow with { Shadow = false };
        Assert.Equal(0, (await LookAsync(shadowed, "k", second)).Remaining);
    }
}
