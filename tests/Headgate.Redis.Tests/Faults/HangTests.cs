using System.Diagnostics;

namespace Headgate.Redis.Tests.Faults;

/// <summary>Redis is stopped with SIGSTOP: connections stay, what is sent is taken, and nothing answers. Worse than dead.</summary>
[Collection(nameof(FaultTests))]
public class HangTests
{
    private static readonly TimeSpan Timeout = new RedisStoreOptions().Timeout;

    [Theory]
    [InlineData(Ownership.Application, FailureMode.Open, DecisionSource.FailOpen, new[] { 250, 900 })]
    [InlineData(Ownership.Store, FailureMode.Local, DecisionSource.FailLocal, new[] { 250 })]
    public async Task Hanging_it_costs_one_time_out_a_caller_and_decides_again_within_a_second(
        Ownership ownership, FailureMode mode, DecisionSource source, int[] whiles)
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(ownership, new RedisStoreOptions { FailureMode = mode }, server);
        await using Load load = new(tested.Store);
        await load.WarmAsync();
        foreach (int hang in whiles)
        {
            await server.StopAsync();
            long stopped = Stopwatch.GetTimestamp();
            await Task.Delay(hang);
            int waited = load.SoFar().Calls.Count(call => call.Started > stopped && call.Took > Timeout / 2);
            // Those who were under way when it stopped, and those who came before the first time-out opened the breaker.
            Assert.InRange(waited, 0, 2 * Load.Callers);
            await server.ContinueAsync();
            long answered = await Answering.SinceAsync(server);
            await load.UntilBackAsync(answered);
            load.SoFar().WasBackWithinASecondOf(answered);
        }

        LoadReport report = await load.StopAsync();
        report.NobodyWaitedLongerThan(Timeout);
        report.FailuresWereMetBy(source);
        Ledger ledger = await tested.OpenLedgerAsync(report);
        ledger.NobodyWasChargedTwice();
        ledger.NobodyWasForgotten();
        // What was on its way is charged late and cannot be called back. Who was answered at once was not sent.
        Assert.All(ledger.ChargedLate, call => Assert.True(call.Took > Timeout / 2, $"Answered at once by the failure mode, and sent all the same: {call}"));
    }

    [Fact]
    public async Task A_call_returns_its_task_at_once_while_Redis_hangs()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(Ownership.Application, new RedisStoreOptions { Timeout = TimeSpan.FromSeconds(1) }, server);
        Limiter limiter = new(Limit.TokenBucket(1_000_000, Rate.PerSecond(1_000)), tested.Store);
        await limiter.AcquireAsync("warm");
        await server.StopAsync();
        // So much that no socket buffer takes it: a client that writes on the caller's thread would block it.
        List<Task<Decision>> calls = [];
        string key = new('k', 1_000);
        TimeSpan longest = TimeSpan.Zero;
        for (int i = 0; i < 20_000; i++)
        {
            long start = Stopwatch.GetTimestamp();
            calls.Add(limiter.AcquireAsync($"{key}{i}").AsTask());
            TimeSpan took = Stopwatch.GetElapsedTime(start);
            if (took > longest) longest = took;
        }

        Assert.InRange(longest, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
        Decision[] decisions = await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.All(decisions, decision => Assert.Equal(DecisionSource.FailOpen, decision.Source));
    }

    [Fact]
    public async Task Disposal_does_not_wait_for_a_hanging_Redis_nor_leaves_anybody_waiting()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(Ownership.Store, new RedisStoreOptions { Timeout = TimeSpan.FromSeconds(5) }, server);
        Limiter limiter = new(Limit.TokenBucket(10, Rate.PerSecond(1)), tested.Store);
        await limiter.AcquireAsync("k");
        await server.StopAsync();
        Task<Decision>[] calls = [.. Enumerable.Range(0, 20).Select(_ => limiter.AcquireAsync("k").AsTask())];
        await Task.Delay(50);
        long start = Stopwatch.GetTimestamp();
        await tested.Store.DisposeAsync();
        Decision[] decisions = await Task.WhenAll(calls).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.All(decisions, decision => Assert.Equal(DecisionSource.FailOpen, decision.Source));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await limiter.AcquireAsync("k"));
    }

    [Fact]
    public async Task No_thread_of_the_pool_waits_for_a_hanging_Redis()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(Ownership.Application, new RedisStoreOptions { Timeout = TimeSpan.FromMilliseconds(700) }, server);
        BusyThreads busy = await BusyThreads.WhileAsync(tested.Store, server);
        busy.WereFew();
    }
}
