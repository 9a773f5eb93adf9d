using Headgate.Conformance.Generation;
using Xunit;

namespace Headgate.Conformance;

/// <summary>Law 16 and refunds.</summary>
public abstract class LeaseLaws : ListLaws
{
    private static readonly Limit Two = Limit.Concurrency(2, TimeSpan.FromSeconds(10));

    [Fact]
    public async Task Law_16_decides_generated_leases_as_the_model_does()
    {
        await CheckAsync(ScriptGen.Single(LimitKind.Concurrency, ScriptOptions.GiveBack), ClockControl.Forward);
        await CheckAsync(ScriptGen.Single(LimitKind.Concurrency, ScriptOptions.GiveBack | ScriptOptions.Extreme), ClockControl.Forward);
    }

    [Fact]
    public async Task Law_16_never_more_in_flight_than_permits()
    {
        await using StoreUnderTest under = await CreateAsync(ClockControl.None);
        List<LeaseId> held = [];
        for (int round = 0; round < 60; round++)
        {
            LeaseId lease = LeaseId.Create();
            bool entered = (await under.Store.EnterAsync(On("k", Two), lease)).IsAllowed;
            Assert.Equal(held.Count < 2, entered);
            if (entered) held.Add(lease);
            if (round % 3 != 2) continue;
            Assert.True(await under.Store.ReleaseAsync(On("k", Two), held[round % held.Count]));
            held.RemoveAt(round % held.Count);
        }
    }

    [Fact]
    public async Task Law_16_a_release_counts_once()
    {
        await using StoreUnderTest under = await CreateAsync(ClockControl.None);
        LeaseId first = LeaseId.Create();
        await under.Store.EnterAsync(On("k", Two), first);
        await under.Store.EnterAsync(On("k", Two), LeaseId.Create());

        Assert.True(await under.Store.ReleaseAsync(On("k", Two), first));
        Assert.False(await under.Store.ReleaseAsync(On("k", Two), first));
        Assert.False(await under.Store.ReleaseAsync(On("k", Two), LeaseId.Create()));
        Assert.Equal(1, (await LookAsync(under, "k", Two)).Remaining);
    }

    [Fact]
    public async Task Law_16_a_holder_that_dies_is_released_when_its_lease_time_ends()
    {
        await using StoreUnderTest under = await CreateAsync();
        LeaseId dead = LeaseId.Create();
        await under.Store.EnterAsync(On("k", Two, 2), dead);
        Decision denied = await under.Store.EnterAsync(On("k", Two), LeaseId.Create());
        Assert.Equal(TimeSpan.FromSeconds(10), denied.RetryAfter);

        under.SetTime(Start + (10 * Second) - 1);
        Assert.False((await PeekAsync(under, On("k", Two))).IsAllowed);
        under.SetTime(Start + (10 * Second));
        Assert.True((await PeekAsync(under, On("k", Two, 2))).IsAllowed);
        Assert.False(await under.Store.RenewAsync(On("k", Two), dead));
        Assert.False(await under.Store.ReleaseAsync(On("k", Two), dead));
    }

    [Fact]
    public async Task Law_16_a_long_request_renews()
    {
        await using StoreUnderTest under = await CreateAsync();
        LeaseId lease = LeaseId.Create();
        await under.Store.EnterAsync(On("k", Two, 2), lease);
        for (int i = 1; i <= 5; i++)
        {
            under.SetTime(Start + (i * 9 * Second));
            Assert.True(await under.Store.RenewAsync(On("k", Two), lease));
            Assert.False((await PeekAsync(under, On("k", Two))).IsAllowed);
        }

        Assert.True(await under.Store.ReleaseAsync(On("k", Two), lease));
        Assert.Equal(2, (await LookAsync(under, "k", Two)).Remaining);
    }

    [Fact]
    public async Task A_refund_at_once_gives_everything_back()
    {
        await using StoreUnderTest under = await CreateAsync();
        foreach (Limit limit in OneOfEach())
        {
            Decision charged = await AcquireAsync(under, On("k", limit, 4));
            await under.Store.RefundAsync(On("k", limit, 1), charged);
            Assert.Equal(2, (await LookAsync(under, "k", limit)).Remaining);
            await under.Store.RefundAsync(On("k", limit, 3), charged);
            Assert.Equal(5, (await LookAsync(under, "k", limit)).Remaining);
        }
    }

    [Fact]
    public async Task A_late_refund_creates_no_permits()
    {
        await using StoreUnderTest under = await CreateAsync();
        foreach (Limit limit in OneOfEach())
        {
            under.SetTime(Start);
            Decision old = await AcquireAsync(under, On("k", limit, 5));
            under.SetTime(Start + (60 * Second));
            await AcquireAsync(under, On("k", limit, 3));
            await under.Store.RefundAsync(On("k", limit, 5), old);
            Assert.Equal(2, (await LookAsync(under, "k", limit)).Remaining);
        }
    }

    [Fact]
    public async Task A_refund_of_a_denial_gives_nothing_back()
    {
        await using StoreUnderTest under = await CreateAsync();
        foreach (Limit limit in OneOfEach())
        {
            await AcquireAsync(under, On("k", limit, 4));
            Decision denied = await AcquireAsync(under, On("k", limit, 4));
            await under.Store.RefundAsync(On("k", limit, 4), denied);
            Assert.Equal(1, (await LookAsync(under, "k", limit)).Remaining);
        }
    }

    [Fact]
    public async Task A_reset_key_decides_as_one_never_seen()
    {
        await using StoreUnderTest under = await CreateAsync(ClockControl.None);
        foreach (Limit limit in OneOfEach())
        {
            await AcquireAsync(under, On("k", limit, 4));
            await AcquireAsync(under, On("other", limit, 4));
            await under.Store.ResetAsync("k", limit);
            await under.Store.ResetAsync("unknown", limit);
            Assert.Equal(5, (await LookAsync(under, "k", limit)).Remaining);
            Assert.True((await LookAsync(under, "other", limit)).Remaining < 5);
        }
    }
}
