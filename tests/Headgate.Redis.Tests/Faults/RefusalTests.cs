using System.Diagnostics;

namespace Headgate.Redis.Tests.Faults;

/// <summary>Redis is there and refuses: it is out of memory, a read-only replica, or wants another password.</summary>
[Collection(nameof(FaultTests))]
public class RefusalTests
{
    private static readonly TimeSpan Timeout = new RedisStoreOptions().Timeout;

    /// <summary>Who makes Redis refuse, who makes it accept again, and what the store must say to whoever has to.</summary>
    public static TheoryData<string, string[], string[], string[]> Refusals => new()
    {
        { "out of memory", ["CONFIG", "SET", "maxmemory", "1mb"], ["CONFIG", "SET", "maxmemory", "0"], ["maxmemory", "noeviction"] },
        { "read-only", ["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"], ["replica", "master"] },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_Redis_refuses_the_failure_mode_answers_and_the_operator_is_told(string what, string[] begin, string[] end, string[] told)
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(
            Ownership.Application, new RedisStoreOptions { FailureMode = FailureMode.Closed }, server);
        await using Load load = new(tested.Store);
        await load.WarmAsync();
        await server.CliAsync(begin);
        await Task.Delay(250);
        RedisHealth health = await tested.Store.CheckHealthAsync();
        await server.CliAsync(end);
        long answered = Stopwatch.GetTimestamp();
        await load.UntilBackAsync(answered);
        LoadReport report = await load.StopAsync();
        report.NobodyWaitedLongerThan(Timeout);
        report.FailuresWereMetBy(DecisionSource.FailClosed);
        report.WasBackWithinASecondOf(answered);
        Ledger ledger = await tested.OpenLedgerAsync(report);
        ledger.NobodyWasChargedTwice();
        ledger.NobodyWasForgotten();
        // A refusal is an answer: nothing was charged.
        Assert.Empty(ledger.ChargedLate);
        Assert.All(told, word => Assert.Contains(word, health.LastError ?? $"nothing of being {what}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_replica_alone_is_no_Redis_to_decide_on()
    {
        await using RedisProcess master = await RedisProcess.StartAsync();
        await using RedisProcess replica = await master.StartReplicaAsync();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(Ownership.Store, new RedisStoreOptions { FailureMode = FailureMode.Closed }, replica);
        await IsClosedAsync(tested.Store);
        Assert.Contains("replica", (await tested.Store.CheckHealthAsync()).LastError!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_master_without_the_replicas_that_it_wants_refuses_too()
    {
        await using RedisProcess server = await RedisProcess.StartAsync("--min-replicas-to-write", "1");
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(Ownership.Store, new RedisStoreOptions { FailureMode = FailureMode.Closed }, server);
        await IsClosedAsync(tested.Store);
        Assert.Contains("min-replicas-to-write", (await tested.Store.CheckHealthAsync()).LastError!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("")]
    public async Task A_wrong_password_is_told_and_put_right_on_the_server_it_is_enough(string password)
    {
        await using RedisProcess server = await RedisProcess.StartAsync("--requirepass", "another");
        string configuration = password.Length == 0 ? $"{server.Host}:{server.Port}" : $"{server.Host}:{server.Port},password={password}";
        await using RedisStore store = await RedisStore.ConnectAsync(configuration, new RedisStoreOptions { KeyPrefix = TestServer.NewPrefix() });
        await using Load load = new(store);
        await Task.Delay(300);
        Assert.DoesNotContain(load.SoFar().Calls, call => call.IsDecidedByStore);
        RedisHealth health = await store.CheckHealthAsync();
        await server.CliAsync("CONFIG", "SET", "requirepass", password);
        long answered = Stopwatch.GetTimestamp();
        await load.UntilBackAsync(answered);
        LoadReport report = await load.StopAsync();
        report.NobodyWaitedLongerThan(Timeout);
        report.FailuresWereMetBy(DecisionSource.FailOpen);
        report.WasBackWithinASecondOf(answered);
        Assert.False(health.IsReachable);
        Assert.Equal(BreakerState.Open, health.Breaker);
        Assert.Contains("password", health.LastError!, StringComparison.Ordinal);
        Assert.DoesNotContain("another", health.LastError!, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", health.LastError!, StringComparison.Ordinal);
    }

    private static async Task IsClosedAsync(RedisStore store)
    {
        Limiter limiter = new(Limit.TokenBucket(10, Rate.PerSecond(1)), store);
        // Not once: the first call of a process may time out before it is refused.
        for (int i = 0; i < 10; i++) Assert.Equal(DecisionSource.FailClosed, (await limiter.AcquireAsync("k")).Source);
    }
}
