using System.Diagnostics;
using Headgate.Conformance.Generation;

namespace Headgate.Redis.Tests.Laws;

/// <summary>A denial that is remembered here says what Redis would, and no longer than Redis would.</summary>
public class DenyCacheTests
{
    private static readonly RedisStoreOptions Remembering = new() { DenyCacheTime = TimeSpan.FromHours(1) };

    public static TheoryData<LimitKind> All => Kinds.All;

    /// <summary>Permits of a concurrency limit come back at any time, so its denials are not remembered.</summary>
    public static TheoryData<LimitKind> Remembered => [.. Enum.GetValues<LimitKind>().Where(kind => kind != LimitKind.Concurrency)];

    [Theory]
    [MemberData(nameof(Remembered))]
    public async Task A_known_denial_ends_when_the_first_one_does_and_a_smaller_cost_asks_Redis(LimitKind kind)
    {
        await using RedisStore store = await TestServers.Standalone.StoreAsync(Remembering);
        Limit limit = Kinds.Of(kind, 50, Kinds.NoEnd);
        Assert.True((await store.AcquireAsync(new Charge("k", limit, 40))).IsAllowed);
        Decision first = await store.AcquireAsync(new Charge("k", limit, 15));
        Assert.Equal((false, DecisionSource.Store), (first.IsAllowed, first.Source));

        for (int i = 0; i < 3; i++)
        {
            Decision known = await store.AcquireAsync(new Charge("k", limit, 15));
            Assert.Equal((false, DecisionSource.DenyCache), (known.IsAllowed, known.Source));
            Assert.Equal(EndOf(first), EndOf(known));
            Assert.Equal((first.Limit, first.DecidedBy), (known.Limit, known.DecidedBy));
        }

        Assert.Equal((true, DecisionSource.Store), await OutcomeAsync(store, new Charge("k", limit, 5)));
        Assert.Equal(DecisionSource.Store, (await store.AcquireAsync(new Charge("other", limit, 15))).Source);
        Assert.Equal(DecisionSource.Store, (await store.AcquireAsync(new Charge("k", limit with { Name = "other" }, 15))).Source);
        Assert.Equal(DecisionSource.Store, (await store.AcquireAsync(new Charge("k", limit, 15) { Namespace = "other" })).Source);
    }

    [Theory]
    [MemberData(nameof(Remembered))]
    public async Task A_larger_cost_is_denied_until_Redis_would_admit_it(LimitKind kind)
    {
        string prefix = TestServer.NewPrefix();
        await using RedisStore store = await TestServers.Standalone.StoreAsync(Remembering with { KeyPrefix = prefix });
        await using RedisStore asking = await TestServers.Standalone.StoreAsync(new RedisStoreOptions { KeyPrefix = prefix, DenyCacheSize = 0 });
        Limit limit = Kinds.Of(kind, 50, Kinds.NoEnd);
        await store.AcquireAsync(new Charge("k", limit, 45));
        await store.AcquireAsync(new Charge("k", limit, 15));
        foreach (long cost in new[] { 16, 30, 50 })
        {
            Decision known = await store.AcquireAsync(new Charge("k", limit, cost));
            Decision asked = await asking.AcquireAsync(new Charge("k", limit, cost));
            Assert.Equal(DecisionSource.Store, asked.Source);
            Assert.Equal((asked.IsAllowed, EndOf(asked)), (known.IsAllowed, EndOf(known)));
        }

        Assert.Equal(Timeout.InfiniteTimeSpan, (await store.AcquireAsync(new Charge("k", limit, 51))).RetryAfter);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Whoever_retries_when_told_is_admitted(LimitKind kind)
    {
        await using RedisStore store = await TestServers.Standalone.StoreAsync();
        Limit limit = Kinds.Of(kind, 10, TimeSpan.FromMilliseconds(200));
        int denials = 0;
        for (int i = 0; i < 12; i++)
        {
            Decision decision = await store.AcquireAsync(new Charge("k", limit, 4));
            if (decision.IsAllowed) continue;
            denials++;
            decision = await store.AcquireAsync(new Charge("k", limit, 4));
            if (decision.IsAllowed) continue;
            long told = Stopwatch.GetTimestamp();
            // A timer alone may fire some milliseconds early.
            while (Stopwatch.GetElapsedTime(told) < decision.RetryAfter) await Task.Delay(1, TestContext.Current.CancellationToken);
            Decision retried = await store.AcquireAsync(new Charge("k", limit, 4));
            Assert.True(retried.IsAllowed, $"{retried} at {retried.DecidedAt:O} after {decision} at {decision.DecidedAt:O}");
        }

        Assert.InRange(denials, 1, 12);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_reset_and_a_refund_are_noticed_at_once(LimitKind kind)
    {
        await using RedisStore store = await TestServers.Standalone.StoreAsync();
        Limit limit = Kinds.Of(kind, 5, Kinds.NoEnd);
        for (int round = 0; round < 2; round++)
        {
            Decision charged = await store.AcquireAsync(new Charge("k", limit, 5));
            Assert.True(charged.IsAllowed);
            for (int i = 0; i < 3; i++) Assert.False((await store.AcquireAsync(new Charge("k", limit))).IsAllowed);
            if (round == 0) await store.ResetAsync(new Charge("k", limit));
            else await store.RefundAsync(Kinds.On("k", limit, 5), charged);
        }

        Assert.Equal((true, DecisionSource.Store), await OutcomeAsync(store, new Charge("k", limit, 4)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Another_process_that_gives_back_is_noticed_after_the_longest_time_of_memory(LimitKind kind)
    {
        string prefix = TestServer.NewPrefix();
        TimeSpan memory = TimeSpan.FromMilliseconds(100);
        await using RedisStore store = await TestServers.Standalone.StoreAsync(new RedisStoreOptions { KeyPrefix = prefix, DenyCacheTime = memory });
        await using RedisStore other = await TestServers.Standalone.StoreAsync(new RedisStoreOptions { KeyPrefix = prefix });
        Limit limit = Kinds.Of(kind, 5, Kinds.NoEnd);
        await store.AcquireAsync(new Charge("k", limit, 5));
        Assert.False((await store.AcquireAsync(new Charge("k", limit))).IsAllowed);
        await other.ResetAsync(new Charge("k", limit));
        await Task.Delay(memory + TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        Assert.True((await store.AcquireAsync(new Charge("k", limit))).IsAllowed);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Switched_off_every_denial_comes_from_Redis(LimitKind kind)
    {
        await using RedisStore store = await TestServers.Standalone.StoreAsync(new RedisStoreOptions { DenyCacheSize = 0 });
        Limit limit = Kinds.Of(kind, 5, Kinds.NoEnd);
        await store.AcquireAsync(new Charge("k", limit, 5));
        for (int i = 0; i < 3; i++) Assert.Equal((false, DecisionSource.Store), await OutcomeAsync(store, new Charge("k", limit)));
    }

    private static async Task<(bool, DecisionSource)> OutcomeAsync(RedisStore store, Charge charge)
    {
        Decision decision = await store.AcquireAsync(charge);
        return (decision.IsAllowed, decision.Source);
    }

    private static DateTimeOffset EndOf(Decision denial) => denial.DecidedAt + denial.RetryAfter;
}
