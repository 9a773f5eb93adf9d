using System.Diagnostics;

namespace Headgate.Redis.Tests.Faults;

/// <summary>Redis is killed with SIGKILL, and comes back with everything or with nothing.</summary>
[Collection(nameof(FaultTests))]
public class DeathTests
{
    private static readonly TimeSpan Timeout = new RedisStoreOptions().Timeout;

    /// <summary>What Redis has acknowledged outlives it.</summary>
    private static readonly string[] Durable = ["--appendonly", "yes", "--appendfsync", "always"];

    [Theory]
    [InlineData(Ownership.Application, FailureMode.Open, DecisionSource.FailOpen, new[] { 300, 1_100 })]
    [InlineData(Ownership.Application, FailureMode.Local, DecisionSource.FailLocal, new[] { 400 })]
    [InlineData(Ownership.Store, FailureMode.Closed, DecisionSource.FailClosed, new[] { 400 })]
    public async Task Killed_and_started_again_it_decides_within_a_second_and_nobody_was_charged_twice(
        Ownership ownership, FailureMode mode, DecisionSource source, int[] whiles)
    {
        await using RedisProcess server = await RedisProcess.StartAsync(Durable);
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(ownership, new RedisStoreOptions { FailureMode = mode }, server);
        await using Load load = new(tested.Store);
        await load.WarmAsync();
        // After various whiles: a client that tries again once a second is back sooner or later by chance.
        long answered = 0;
        foreach (int away in whiles)
        {
            await server.KillAsync();
            await Task.Delay(away);
            Task start = server.StartAgainAsync();
            answered = await Answering.SinceAsync(server);
            await start;
            // To the end: nobody may fail later either.
            await Task.Delay(1_300);
            load.SoFar().WasBackWithinASecondOf(answered);
        }

        LoadReport report = await load.StopAsync();
        report.NobodyWaitedLongerThan(Timeout);
        report.FailuresWereMetBy(source);
        Ledger ledger = await tested.OpenLedgerAsync(report);
        ledger.NobodyWasChargedTwice();
        ledger.NobodyWasForgotten();
    }

    [Fact]
    public async Task Restarted_empty_it_begins_anew_and_nobody_was_charged_twice()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(Ownership.Application, new RedisStoreOptions(), server);
        await using Load load = new(tested.Store);
        await load.WarmAsync();
        await server.KillAsync();
        Task start = server.StartAgainAsync();
        long answered = await Answering.SinceAsync(server);
        await start;
        await load.UntilBackAsync(answered);
        LoadReport report = await load.StopAsync();
        report.NobodyWaitedLongerThan(Timeout);
        report.WasBackWithinASecondOf(answered);
        Ledger ledger = await tested.OpenLedgerAsync(report);
        ledger.NobodyWasChargedTwice();
        Assert.All(ledger.Forgotten, call => Assert.True(call.Started < answered, $"Lost by a Redis that was there: {call}"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dead_or_hanging_Redis_costs_no_time_out_but_at_the_start(bool hangs)
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(Ownership.Store, new RedisStoreOptions(), server);
        Limiter limiter = new(Limit.TokenBucket(10, Rate.PerSecond(1)), tested.Store);
        await limiter.AcquireAsync("k");
        if (hangs) await server.StopAsync();
        else await server.KillAsync();
        await limiter.AcquireAsync("k");
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 1_000; i++) Assert.Equal(DecisionSource.FailOpen, (await limiter.AcquireAsync("k")).Source);
        // All thousand in the time that each of a few would take without a breaker.
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, 3 * Timeout);
        RedisHealth health = await tested.Store.CheckHealthAsync();
        Assert.Equal((false, BreakerState.Open), (health.IsReachable, health.Breaker));
        Assert.Contains(hangs ? "within the time-out" : "no connection", health.LastError!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_it_loads_what_it_had_it_is_not_there_yet()
    {
        // 10,000 keys of 50 microseconds and what a sleep is late: about a second.
        await using RedisProcess server = await RedisProcess.StartAsync(
            "--enable-debug-command", "yes", "--key-load-delay", "50", "--loading-process-events-interval-bytes", "1024");
        await server.CliAsync("DEBUG", "POPULATE", "10000");
        await server.CliAsync("SAVE");
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(
            Ownership.Application, new RedisStoreOptions { FailureMode = FailureMode.Closed }, server);
        await using Load load = new(tested.Store);
        await load.WarmAsync();
        await server.KillAsync();
        await server.StartAgainAsync();
        Task<long> answering = Answering.SinceAsync(server);
        List<string> told = [];
        while (!answering.IsCompleted) told.Add((await tested.Store.CheckHealthAsync()).LastError ?? "");
        long answered = await answering;
        await load.UntilBackAsync(answered);
        LoadReport report = await load.StopAsync();
        report.NobodyWaitedLongerThan(Timeout);
        report.FailuresWereMetBy(DecisionSource.FailClosed);
        report.WasBackWithinASecondOf(answered);
        Assert.Contains(told, text => text.Contains("loading", StringComparison.Ordinal));
        (await tested.OpenLedgerAsync(report)).NobodyWasChargedTwice();
    }
}
