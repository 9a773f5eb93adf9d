using StackExchange.Redis;

namespace Headgate.Redis.Tests.Laws;

/// <summary>Law 16 by the server's clock, between two processes' worth of stores.</summary>
public class LeaseTests
{
    private static readonly TimeSpan LeaseTime = TimeSpan.FromMilliseconds(250);

    [Fact]
    public async Task A_release_by_one_lets_the_other_in_and_counts_once()
    {
        await using Pair pair = await Pair.CreateAsync();
        Limiter one = new(Limit.Concurrency(1, TimeSpan.FromMinutes(1)), pair.One), other = new(Limit.Concurrency(1, TimeSpan.FromMinutes(1)), pair.Other);
        ConcurrencyLease lease = await one.EnterAsync("k");
        Assert.True(lease.IsAcquired);
        Assert.False((await other.EnterAsync("k")).IsAcquired);

        await lease.DisposeAsync();
        await using ConcurrencyLease second = await other.EnterAsync("k");
        Assert.True(second.IsAcquired);
        await lease.DisposeAsync();
        Assert.False((await one.EnterAsync("k")).IsAcquired);
    }

    [Fact]
    public async Task Who_waits_for_a_permit_that_another_process_holds_has_it_soon_after_it_is_given_back()
    {
        await using Pair pair = await Pair.CreateAsync();
        Limiter one = new(Limit.Concurrency(1, TimeSpan.FromMinutes(1)), pair.One), other = new(Limit.Concurrency(1, TimeSpan.FromMinutes(1)), pair.Other);
        ConcurrencyLease lease = await one.EnterAsync("k");
        Task<ConcurrencyLease> waiting = other.EnterAsync("k", maxWait: Timeout.InfiniteTimeSpan).AsTask();
        Task soon = await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromMilliseconds(250)));
        Assert.NotSame(waiting, soon);

        await lease.DisposeAsync();
        await using ConcurrencyLease second = await waiting.WaitAsync(TimeSpan.FromSeconds(5));
        Assert.True(second.IsAcquired);
        Assert.False((await one.EnterAsync("k")).IsAcquired);
    }

    [Fact]
    public async Task A_holder_that_dies_is_released_when_its_lease_time_ends_and_not_before()
    {
        await using Pair pair = await Pair.CreateAsync();
        Charge[] charges = Kinds.On("k", Limit.Concurrency(1, LeaseTime));
        LeaseId dead = LeaseId.Create();
        Decision held = await pair.One.EnterAsync(charges, dead);
        Decision decision;
        do decision = await pair.Other.EnterAsync(charges, LeaseId.Create());
        while (!decision.IsAllowed);
        Assert.InRange(decision.DecidedAt - held.DecidedAt, LeaseTime, LeaseTime + TimeSpan.FromSeconds(5));
        Assert.False(await pair.One.RenewAsync(charges, dead));
        Assert.False(await pair.One.ReleaseAsync(charges, dead));
        Assert.False((await pair.One.PeekAsync(charges)).IsAllowed);
    }

    [Fact]
    public async Task A_long_request_renews_itself_and_keeps_its_permit()
    {
        await using Pair pair = await Pair.CreateAsync();
        // Renewed each third of it: long enough that a busy machine does not miss two in a row.
        Limit limit = Limit.Concurrency(1, TimeSpan.FromSeconds(1));
        Limiter limiter = new(limit, pair.One);
        ConcurrencyLease lease = await limiter.EnterAsync("k");
        DateTimeOffset end = lease.Decision.DecidedAt + TimeSpan.FromMilliseconds(2200);
        Decision denied;
        do
        {
            denied = await pair.Other.PeekAsync(Kinds.On("k", limit));
            Assert.False(denied.IsAllowed);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        while (denied.DecidedAt < end);
        Assert.False(lease.IsLost);
        await lease.DisposeAsync();
        Assert.True((await pair.Other.PeekAsync(Kinds.On("k", limit))).IsAllowed);
    }

    [Fact]
    public async Task Never_more_in_flight_than_permits_over_many_callers()
    {
        await using Pair pair = await Pair.CreateAsync();
        Limit limit = Limit.Concurrency(3, TimeSpan.FromMinutes(1));
        int inFlight = 0, most = 0, entered = 0;
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async caller =>
        {
            Limiter limiter = new(limit, caller % 2 == 0 ? pair.One : pair.Other);
            for (int i = 0; i < 25; i++)
            {
                await using ConcurrencyLease lease = await limiter.EnterAsync("k");
                if (!lease.IsAcquired) continue;
                Interlocked.Increment(ref entered);
                int now = Interlocked.Increment(ref inFlight);
                for (int seen = most; now > seen; seen = most) Interlocked.CompareExchange(ref most, now, seen);
                await Task.Yield();
                Interlocked.Decrement(ref inFlight);
            }
        }));
        Assert.InRange(most, 1, 3);
        Assert.InRange(entered, 12, int.MaxValue);
        Assert.Equal(3, (await pair.One.PeekAsync(Kinds.On("k", limit, 0))).Remaining);
        // Nothing held is nothing kept.
        Assert.Empty((await Keyspace.OfAsync(TestServers.Standalone)).Under(pair.Prefix));
    }

    private sealed class Pair(string prefix, RedisStore one, RedisStore other, ConnectionMultiplexer connection) : IAsyncDisposable
    {
        public string Prefix => prefix;

        public RedisStore One => one;

        public RedisStore Other => other;

        public static async Task<Pair> CreateAsync()
        {
            RedisStoreOptions options = TestServer.InTests(new RedisStoreOptions());
            ConnectionMultiplexer connection = await TestServers.Standalone.ConnectAsync();
            return new Pair(options.KeyPrefix, await TestServers.Standalone.StoreAsync(options), new RedisStore(connection, options), connection);
        }

        public async ValueTask DisposeAsync()
        {
            await one.DisposeAsync();
            await other.DisposeAsync();
            connection.Dispose();
        }
    }
}
