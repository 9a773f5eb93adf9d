using System.Diagnostics;

namespace Headgate.Redis.Tests.Faults;

/// <summary>Callers that wait for permits, or hold them, while Redis goes away and comes back.</summary>
[Collection(nameof(FaultTests))]
public class WaitTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Who_waits_behind_a_closed_failure_mode_is_admitted_by_Redis_when_it_is_back()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(Ownership.Application, new RedisStoreOptions { FailureMode = FailureMode.Closed }, server);
        Limiter limiter = new(Limit.TokenBucket(100, Rate.PerHour(1)), tested.Store);
        await limiter.AcquireAsync("k");
        await server.KillAsync();
        Task<Decision>[] waiting = [.. Enumerable.Range(0, 10).Select(i => limiter.WaitAsync("k", maxWait: i % 2 == 0 ? null : Patience).AsTask())];
        await Task.Delay(400);
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        Task start = server.StartAgainAsync();
        long answered = await Answering.SinceAsync(server);
        await start;
        Decision[] decisions = await Task.WhenAll(waiting).WaitAsync(Patience);
        // Closed says: again in a second. Then Redis has been back for a second at most.
        Assert.InRange(Stopwatch.GetElapsedTime(answered), TimeSpan.Zero, TimeSpan.FromSeconds(2.5));
        Assert.All(decisions, decision => Assert.Equal((true, DecisionSource.Store), (decision.IsAllowed, decision.Source)));
        Assert.Equal(90, (await limiter.PeekAsync("k")).Remaining);
    }

    [Fact]
    public async Task Who_waits_behind_an_open_failure_mode_is_admitted_by_it()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(Ownership.Application, new RedisStoreOptions(), server);
        Limiter limiter = new(Limit.TokenBucket(1, Rate.Per(1, TimeSpan.FromSeconds(1))), tested.Store);
        Assert.True((await limiter.AcquireAsync("k")).IsAllowed);
        Task<Decision> waiting = limiter.WaitAsync("k").AsTask();
        await Task.Delay(100);
        await server.StopAsync();
        Decision decision = await waiting.WaitAsync(Patience);
        Assert.Equal((true, DecisionSource.FailOpen), (decision.IsAllowed, decision.Source));
    }

    [Fact]
    public async Task A_lease_outlives_a_hang_that_is_shorter_than_its_time()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(Ownership.Application, new RedisStoreOptions { FailureMode = FailureMode.Closed }, server);
        Limiter limiter = new(Limit.Concurrency(1, TimeSpan.FromSeconds(1.2)), tested.Store);
        await using ConcurrencyLease lease = await limiter.EnterAsync("k");
        Assert.True(lease.IsAcquired);
        await server.StopAsync();
        await Task.Delay(500);
        await server.ContinueAsync();
        // Longer than the lease time since it was taken: renewals must have come through again.
        await Task.Delay(1_300);
        Assert.False(lease.IsLost);
        Assert.False((await limiter.EnterAsync("k")).IsAcquired);
        await lease.DisposeAsync();
        await using ConcurrencyLease next = await limiter.EnterAsync("k");
        Assert.True(next.IsAcquired);
    }

    [Fact]
    public async Task A_lease_that_Redis_lost_is_told_to_its_holder()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(Ownership.Store, new RedisStoreOptions { FailureMode = FailureMode.Closed }, server);
        Limiter limiter = new(Limit.Concurrency(1, TimeSpan.FromSeconds(1)), tested.Store);
        await using ConcurrencyLease lease = await limiter.EnterAsync("k");
        await server.RestartAsync();
        TaskCompletionSource lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration _ = lease.Lost.Register(lost.SetResult);
        await lost.Task.WaitAsync(Patience);
        Assert.True(lease.IsLost);
    }

    [Theory]
    [InlineData(FailureMode.Closed)]
    [InlineData(FailureMode.Open)]
    [InlineData(FailureMode.Local)]
    public async Task A_late_admission_that_nobody_waits_for_any_more_is_given_back(FailureMode mode)
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(Ownership.Application, new RedisStoreOptions { FailureMode = mode }, server);
        Limiter limiter = new(Limit.Concurrency(8, TimeSpan.FromMinutes(10)), tested.Store);
        Assert.Equal(8, (await limiter.PeekAsync("k")).Remaining);
        await server.StopAsync();
        using CancellationTokenSource cancelled = new(TimeSpan.FromMilliseconds(30));
        Task<ConcurrencyLease>[] entering = [.. Enumerable.Range(0, 8).Select(i => limiter.EnterAsync("k", ct: i < 4 ? CancellationToken.None : cancelled.Token).AsTask())];
        foreach (Task<ConcurrencyLease> task in entering[..4])
        {
            await using ConcurrencyLease lease = await task;
            Assert.NotEqual(DecisionSource.Store, lease.Decision.Source);
        }

        foreach (Task<ConcurrencyLease> task in entering[4..]) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        await server.ContinueAsync();
        await UntilFreeAsync(tested, limiter.Limit);
    }

    [Fact]
    public async Task A_lease_released_while_Redis_is_away_is_free_when_it_is_back()
    {
        await using RedisProcess server = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using StoreOnServer tested = await StoreOnServer.CreateAsync(Ownership.Store, new RedisStoreOptions { FailureMode = FailureMode.Closed }, server);
        Limiter limiter = new(Limit.Concurrency(8, TimeSpan.FromMinutes(10)), tested.Store);
        await using (ConcurrencyLease held = await limiter.EnterAsync("k", 8))
        {
            Assert.True(held.IsAcquired);
            await server.KillAsync();
        }

        await server.StartAgainAsync();
        await UntilFreeAsync(tested, limiter.Limit);
    }

    /// <summary>Until no permit is held, as Redis has it, which the lease time would bring about much later only.</summary>
    private static async Task UntilFreeAsync(StoreOnServer tested, Limit limit)
    {
        long start = Stopwatch.GetTimestamp();
        Decision seen;
        do
        {
            await Task.Delay(20);
            seen = await tested.Store.PeekAsync(new[] { new Charge("k", limit, 0) });
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"Permits are held by nobody: {seen}");
        }
        while (seen.Source != DecisionSource.Store || seen.Remaining < 8);
    }
}
