using System.Diagnostics;

namespace Headgate.Redis.Tests.Faults;

/// <summary>Redis is there all the time; somebody takes its scripts away, or cuts its connections.</summary>
[Collection(nameof(FaultTests))]
public class InterruptionTests
{
    private static readonly TimeSpan Timeout = new RedisStoreOptions().Timeout;

    [Fact]
    public async Task Flushed_scripts_are_loaded_again_and_nobody_notices()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        // Patient: a call that is decided late is decided, and one that is not shows.
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(
            Ownership.Application, new RedisStoreOptions { Timeout = TimeSpan.FromSeconds(5) }, server);
        await using Load load = new(tested.Store);
        await load.WarmAsync();
        for (int i = 0; i < 20; i++)
        {
            await server.CliAsync("SCRIPT", "FLUSH");
            await Task.Delay(40);
        }

        LoadReport report = await load.StopAsync();
        Assert.Empty(report.Failed);
        report.NobodyWaitedLongerThan(Timeout);
        Ledger ledger = await tested.OpenLedgerAsync(report);
        ledger.NobodyWasChargedTwice();
        ledger.NobodyWasForgotten();
    }

    [Fact]
    public async Task Killed_connections_are_made_again_and_nobody_is_charged_twice()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(
            Ownership.Application, new RedisStoreOptions { FailureMode = FailureMode.Local }, server);
        await using Load load = new(tested.Store);
        await load.WarmAsync();
        for (int i = 0; i < 10; i++)
        {
            await server.CliAsync("CLIENT", "KILL", "TYPE", "normal");
            await Task.Delay(100);
        }

        long answered = Stopwatch.GetTimestamp();
        await load.UntilBackAsync(answered);
        LoadReport report = await load.StopAsync();
        report.NobodyWaitedLongerThan(Timeout);
        report.FailuresWereMetBy(DecisionSource.FailLocal);
        report.WasBackWithinASecondOf(answered);
        Ledger ledger = await tested.OpenLedgerAsync(report);
        ledger.NobodyWasChargedTwice();
        ledger.NobodyWasForgotten();
    }
}
