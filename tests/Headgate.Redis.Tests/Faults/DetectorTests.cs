using StackExchange.Redis;

namespace Headgate.Redis.Tests.Faults;

/// <summary>The fault tests' detectors are silent on a store that does right and find out one that does not.</summary>
[Collection(nameof(FaultTests))]
public class DetectorTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task A_store_that_does_right_is_not_accused()
    {
        (LoadReport report, Ledger ledger, long answered) = await HangAsync(store => store);
        report.NobodyWaitedLongerThan(Timeout);
        report.FailuresWereMetBy(DecisionSource.FailOpen);
        report.WasBackWithinASecondOf(answered);
        ledger.NobodyWasChargedTwice();
        ledger.NobodyWasForgotten();
        // All were sent, and Redis has executed them after all.
        Assert.NotEmpty(ledger.ChargedLate);
    }

    [Fact]
    public async Task A_retry_of_what_may_have_been_charged_is_found_out()
    {
        (_, Ledger ledger, _) = await HangAsync(store => new Planted(store, Planted.Bug.Retries));
        Assert.NotEmpty(ledger.ChargedTwice);
        Assert.ThrowsAny<Exception>(ledger.NobodyWasChargedTwice);
    }

    [Fact]
    public async Task A_wait_beyond_the_time_out_is_found_out()
    {
        (LoadReport report, _, _) = await HangAsync(store => new Planted(store, Planted.Bug.WaitsTooLong));
        Assert.ThrowsAny<Exception>(() => report.NobodyWaitedLongerThan(Timeout));
    }

    [Fact]
    public async Task A_store_that_stays_away_is_found_out()
    {
        (LoadReport report, _, long answered) = await HangAsync(store => new Planted(store, Planted.Bug.StaysAway));
        Assert.ThrowsAny<Exception>(() => report.WasBackWithinASecondOf(answered));
    }

    [Fact]
    public async Task A_store_that_blocks_threads_is_found_out()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        using ConnectionMultiplexer connection = await server.ConnectAsync();
        NaiveStore naive = new(connection, TestServer.NewPrefix(), TimeSpan.FromMilliseconds(700));
        (await BusyThreads.WhileAsync(naive, server)).WereFew();
        await Answering.SinceAsync(server);
        BusyThreads busy = await BusyThreads.WhileAsync(new Planted(naive, Planted.Bug.Blocks), server);
        Assert.ThrowsAny<Exception>(busy.WereFew);
    }

    /// <summary>A load on a store without a breaker while Redis hangs for a while.</summary>
    private static async Task<(LoadReport Report, Ledger Ledger, long Answered)> HangAsync(Func<IRateLimitStore, IRateLimitStore> plant)
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        using ConnectionMultiplexer connection = await server.ConnectAsync();
        NaiveStore naive = new(connection, TestServer.NewPrefix(), Timeout);
        await using Load load = new(plant(naive));
        await load.WarmAsync();
        await server.StopAsync();
        await Task.Delay(300);
        await server.ContinueAsync();
        long answered = await Answering.SinceAsync(server);
        await load.UntilBackAsync(answered);
        LoadReport report = await load.StopAsync();
        return (report, await Ledger.OpenAsync(naive, report), answered);
    }
}
