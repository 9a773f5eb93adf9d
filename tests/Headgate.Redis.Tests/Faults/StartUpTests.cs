using System.Diagnostics;

namespace Headgate.Redis.Tests.Faults;

/// <summary>An application starts before its Redis does.</summary>
[Collection(nameof(FaultTests))]
public class StartUpTests
{
    private static readonly TimeSpan Timeout = new RedisStoreOptions().Timeout;

    [Theory]
    [InlineData(Ownership.Application)]
    [InlineData(Ownership.Store)]
    public async Task Unreachable_at_start_up_it_is_waited_for_by_nobody_and_used_once_it_is_there(Ownership ownership)
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await server.KillAsync();
        long start = Stopwatch.GetTimestamp();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(ownership, new RedisStoreOptions { FailureMode = FailureMode.Local }, server);
        if (ownership == Ownership.Store) Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(1.5));
        await using Load load = new(tested.Store);
        await Task.Delay(600);
        RedisHealth health = await tested.Store.CheckHealthAsync();
        Task started = server.StartAgainAsync();
        long answered = await Answering.SinceAsync(server);
        await started;
        await load.UntilBackAsync(answered);
        LoadReport report = await load.StopAsync();
        report.NobodyWaitedLongerThan(Timeout);
        report.FailuresWereMetBy(DecisionSource.FailLocal);
        report.WasBackWithinASecondOf(answered);
        Assert.False(health.IsReachable);
        Assert.Equal(TimeSpan.Zero, health.RoundTrip);
        Assert.Contains("Check that it runs", health.LastError!, StringComparison.Ordinal);
        health = await tested.Store.CheckHealthAsync();
        Assert.True(health.IsReachable);
        Assert.InRange(health.RoundTrip, TimeSpan.FromMicroseconds(1), Timeout);
        Assert.Equal((BreakerState.Closed, null), (health.Breaker, health.LastError));
    }

    [Fact]
    public async Task Hanging_at_start_up_it_is_used_once_it_goes_on()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await server.StopAsync();
        Task<StoreOnServer> connecting = StoreOnServer.CreateAsync(Ownership.Store, new RedisStoreOptions(), server);
        await using StoreOnServer tested = await connecting.WaitAsync(TimeSpan.FromSeconds(2));
        await using Load load = new(tested.Store);
        await Task.Delay(300);
        await server.ContinueAsync();
        long answered = await Answering.SinceAsync(server);
        await load.UntilBackAsync(answered);
        LoadReport report = await load.StopAsync();
        report.NobodyWaitedLongerThan(Timeout);
        report.FailuresWereMetBy(DecisionSource.FailOpen);
        report.WasBackWithinASecondOf(answered);
    }
}
