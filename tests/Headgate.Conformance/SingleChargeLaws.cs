using FsCheck;
using Headgate.Conformance.Generation;
using Headgate.Conformance.Model;
using Headgate.Conformance.Traces;
using Xunit;

namespace Headgate.Conformance;

/// <summary>Laws 1 to 8 and 12 of one charge on one key.</summary>
public abstract class SingleChargeLaws : StoreSuite
{
    public static TheoryData<LimitKind> Kinds => [.. Enum.GetValues<LimitKind>()];

    /// <summary>How many generated traces a property tries; a store behind a network may want fewer.</summary>
    protected virtual int GeneratedTraces => 30;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Law_1_decides_generated_traces_as_the_model_does(LimitKind kind)
    {
        await CheckAsync(ScriptGen.Single(kind, ScriptOptions.GiveBack), ClockControl.Forward);
        await CheckAsync(ScriptGen.Single(kind, ScriptOptions.Extreme), ClockControl.Forward);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Law_8_decides_as_the_model_does_when_the_clock_goes_back(LimitKind kind) =>
        CheckAsync(ScriptGen.Single(kind, ScriptOptions.ClockBack | ScriptOptions.GiveBack), ClockControl.Full);

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Law_12_decides_as_the_model_does_while_the_numbers_change(LimitKind kind) =>
        CheckAsync(ScriptGen.Changing(kind, ScriptOptions.GiveBack), ClockControl.Forward);

    [Fact]
    public async Task Law_2_a_denial_and_a_peek_change_nothing()
    {
        await using StoreUnderTest under = await CreateAsync();
        foreach (Limit limit in OneOfEach())
        {
            await AcquireAsync(under, On("k", limit, 3));
            under.SetTime(Start + (Second / 10));
            ModelDecision before = await LookAsync(under, "k", limit);
            for (int i = 0; i < 20; i++)
            {
                Assert.False((await AcquireAsync(under, On("k", limit, 5))).IsAllowed);
                Assert.True((await PeekAsync(under, On("k", limit, 2))).IsAllowed);
                Assert.True((await AcquireAsync(under, On("k", limit, 0))).IsAllowed);
            }

            Assert.Equal(before, await LookAsync(under, "k", limit));
            under.SetTime(Start);
        }
    }

    [Fact]
    public async Task Law_3_admits_a_burst_of_all_permits_and_not_one_more()
    {
        await using StoreUnderTest under = await CreateAsync();
        foreach (Limit limit in OneOfEach())
        {
            int admitted = 0;
            for (int i = 0; i < 12; i++) admitted += (await AcquireAsync(under, On("k", limit))).IsAllowed ? 1 : 0;
            Assert.Equal(5, admitted);
        }
    }

    [Fact]
    public async Task Law_4_after_its_reset_time_a_key_decides_as_one_never_seen()
    {
        await using StoreUnderTest under = await CreateAsync();
        foreach (Limit limit in OneOfEach())
        {
            under.SetTime(Start + (Second / 3));
            Decision last = await AcquireAsync(under, On("k", limit, 4));
            Assert.True(last.ResetAfter > TimeSpan.Zero);

            under.SetTime(Start + (Second / 3) + Micros(last.ResetAfter) - 1);
            Assert.NotEqual(await LookAsync(under, "never seen", limit), await LookAsync(under, "k", limit));

            under.SetTime(Start + (Second / 3) + Micros(last.ResetAfter));
            Assert.Equal(await LookAsync(under, "never seen", limit), await LookAsync(under, "k", limit));
        }
    }

    [Fact]
    public async Task Law_5_a_retry_at_the_time_named_is_admitted_and_not_one_microsecond_earlier()
    {
        await using StoreUnderTest under = await CreateAsync();
        foreach (Limit limit in OneOfEach())
        {
            for (long cost = 1; cost <= 5; cost++)
            {
                string key = $"{cost}";
                under.SetTime(Start);
                await AcquireAsync(under, On(key, limit, 2));
                under.SetTime(Start + 700_001);
                await AcquireAsync(under, On(key, limit, 3));
                Decision denied = await AcquireAsync(under, On(key, limit, cost));
                if (denied.IsAllowed) continue;
                Assert.True(denied.RetryAfter > TimeSpan.Zero);

                under.SetTime(Start + 700_001 + Micros(denied.RetryAfter) - 1);
                Assert.False((await AcquireAsync(under, On(key, limit, cost))).IsAllowed);
                under.SetTime(Start + 700_001 + Micros(denied.RetryAfter));
                Assert.True((await AcquireAsync(under, On(key, limit, cost))).IsAllowed);
            }
        }
    }

    [Fact]
    public async Task Law_6_more_than_there_is_can_never_be_had_and_leaves_no_trace()
    {
        await using StoreUnderTest under = await CreateAsync(ClockControl.None);
        foreach (Limit limit in OneOfEach())
        {
            foreach (long cost in new[] { 6, 1_000_000, long.MaxValue })
            {
                Decision never = await AcquireAsync(under, On("k", limit, cost));
                Assert.False(never.IsAllowed);
                Assert.Equal(Timeout.InfiniteTimeSpan, never.RetryAfter);
                Assert.Equal(5, never.Remaining);
                Assert.Equal(TimeSpan.Zero, never.ResetAfter);
            }
        }
    }

    [Fact]
    public async Task Law_6_a_negative_cost_is_a_programming_error()
    {
        await using StoreUnderTest under = await CreateAsync(ClockControl.None);
        foreach (Limit limit in OneOfEach())
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => AcquireAsync(under, On("k", limit, -1)));
    }

    [Fact]
    public async Task Law_7_what_remains_is_admitted_and_one_more_is_not()
    {
        await using StoreUnderTest under = await CreateAsync();
        foreach (Limit limit in OneOfEach())
        {
            for (int i = 0; i < 8; i++)
            {
                string key = $"{i}";
                under.SetTime(Start);
                await AcquireAsync(under, On(key, limit, 4));
                under.SetTime(Start + (i * 400_000));
                Decision now = await AcquireAsync(under, On(key, limit, i % 2));
                Assert.False((await AcquireAsync(under, On(key, limit, now.Remaining + 1))).IsAllowed);
                Assert.True((await AcquireAsync(under, On(key, limit, now.Remaining))).IsAllowed);
            }
        }
    }

    [Fact]
    public async Task Law_12_what_was_consumed_stays_consumed()
    {
        await using StoreUnderTest under = await CreateAsync(ClockControl.None);
        Limit[][] changes =
        [
            [Limit.TokenBucket(10, Rate.PerHour(1)), Limit.TokenBucket(20, Rate.PerHour(2)), Limit.TokenBucket(3, Rate.PerDay(1))],
            [Limit.LeakyBucket(10, Rate.PerHour(1)), Limit.LeakyBucket(20, Rate.PerHour(2)), Limit.LeakyBucket(3, Rate.PerDay(1))],
            [.. new[] { 10, 20, 3 }.Select(b => Limit.FixedWindow(b, TimeSpan.FromDays(36_525)))],
            [.. new[] { 10, 20, 3 }.Select(b => Limit.SlidingWindow(b, TimeSpan.FromDays(36_525)))],
            [.. new[] { 10, 20, 3 }.Select(b => Limit.SlidingLog(b, TimeSpan.FromHours(1)))],
            [.. new[] { 10, 20, 3 }.Select(b => Limit.Concurrency(b, TimeSpan.FromHours(1)))],
        ];
        foreach (Limit[] change in changes)
        {
            Limit[] named = [.. change.Select(l => l with { Name = "n" })];
            Assert.Equal(6, (await AcquireAsync(under, On("k", named[0], 4))).Remaining);
            Assert.Equal(16, (await PeekAsync(under, On("k", named[1]))).Remaining);
            Assert.Equal(0, (await PeekAsync(under, On("k", named[2]))).Remaining);
            Assert.Equal(6, (await PeekAsync(under, On("k", named[0]))).Remaining);
        }
    }

    /// <summary>Generated traces answer as the model says.</summary>
    protected async Task CheckAsync(Arbitrary<Script> scripts, ClockControl needed)
    {
        await using (await CreateAsync(needed))
        {
        }

        PropertyCheck.ForAll(scripts, DecidesAsTheModelAsync, GeneratedTraces);
    }

    private async Task DecidesAsTheModelAsync(Script script)
    {
        await using StoreUnderTest under = await CreateStoreAsync();
        string? difference = await TraceReplay.FindDifferenceAsync(under, script.ToTrace());
        Assert.True(difference is null, difference);
    }
}
