using Headgate.Conformance.Model;
using Xunit;

namespace Headgate.Conformance;

/// <summary>What every part of the suite needs: a store, its clock, and calls on one charge.</summary>
public abstract class StoreSuite
{
    protected const long Start = FakeClock.DefaultStartMicros;
    protected const long Second = 1_000_000;

    /// <summary>A new, empty store; the suite disposes it. Called once or many times in a test.</summary>
    protected abstract ValueTask<StoreUnderTest> CreateStoreAsync();

    /// <summary>A store whose clock the test sets; the test is skipped, with a word, where it cannot be.</summary>
    protected async ValueTask<StoreUnderTest> CreateAsync(ClockControl needed = ClockControl.Forward)
    {
        StoreUnderTest under = await CreateStoreAsync();
        Assert.SkipUnless(under.Clock.HasFlag(needed), $"This store's clock cannot be set {needed}.");
        if (needed != ClockControl.None) under.SetTime(Start);
        return under;
    }

    protected static Charge[] On(string key, Limit limit, long cost = 1) => [new Charge(key, limit, cost)];

    protected static async Task<Decision> AcquireAsync(StoreUnderTest under, params Charge[] charges) =>
        await under.Store.AcquireAsync(charges);

    protected static async Task<Decision> PeekAsync(StoreUnderTest under, params Charge[] charges) =>
        await under.Store.PeekAsync(charges);

    protected static long Micros(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>One limit of each kind, with five permits, that recovers within some seconds.</summary>
    protected static IReadOnlyList<Limit> OneOfEach(string? name = null) =>
    [
        Limit.TokenBucket(5, Rate.PerSecond(2)) with { Name = name },
        Limit.LeakyBucket(5, Rate.PerSecond(2)) with { Name = name },
        Limit.FixedWindow(5, TimeSpan.FromSeconds(3)) with { Name = name },
        Limit.SlidingWindow(5, TimeSpan.FromSeconds(3)) with { Name = name },
        Limit.SlidingLog(5, TimeSpan.FromSeconds(3)) with { Name = name },
        Limit.Concurrency(5, TimeSpan.FromSeconds(3)) with { Name = name },
    ];

    /// <summary>Everything a peek tells of a state.</summary>
    protected static async Task<ModelDecision> LookAsync(StoreUnderTest under, string key, Limit limit) =>
        ModelDecision.From(await PeekAsync(under, new Charge(key, limit, 0)));
}
