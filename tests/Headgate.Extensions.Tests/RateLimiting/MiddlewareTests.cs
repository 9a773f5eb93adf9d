using System.Net;
using System.Threading.RateLimiting;
using Headgate.Redis;
using Microsoft.AspNetCore.Http;

namespace Headgate.Extensions.Tests.RateLimiting;

/// <summary>
/// Under ASP.NET Core's middleware, which asks the global limiter and the endpoint's by AttemptAcquire and, if either refused, both again by
/// AcquireAsync: how many permits does a request cost each?
/// </summary>
public sealed class MiddlewareTests : IAsyncLifetime
{
    private const int Requests = 10;
    private const int Permits = 1000;

    /// <summary>Nothing flows back while a test runs: a permit in 36 days.</summary>
    private static readonly Limit Slow = Limit.TokenBucket(Permits, Rate.Per(1, TimeSpan.FromDays(36)));

    private readonly MemoryStore _memory = new();
    private RedisStore _redis = null!;

    public enum Place
    {
        Memory,
        Redis,
        Framework,
    }

    public async ValueTask InitializeAsync() => _redis = await TestRedis.StoreAsync();

    public async ValueTask DisposeAsync()
    {
        _memory.Dispose();
        await _redis.DisposeAsync();
    }

    [Theory]
    [InlineData(Place.Memory, Place.Memory, true)]
    [InlineData(Place.Memory, Place.Redis, true)]
    [InlineData(Place.Redis, Place.Memory, true)]
    [InlineData(Place.Redis, Place.Redis, true)]
    [InlineData(Place.Memory, Place.Memory, false)]
    [InlineData(Place.Memory, Place.Redis, false)]
    [InlineData(Place.Redis, Place.Memory, false)]
    [InlineData(Place.Redis, Place.Redis, false)]
    public async Task An_admitted_request_costs_each_limit_one_permit(Place global, Place endpoint, bool asyncOnly)
    {
        Limiter everybody = new(Slow, StoreOf(global), new LimiterOptions { Name = "global" });
        Limiter each = new(Slow, StoreOf(endpoint), new LimiterOptions { Name = "endpoint" });
        // The one that says when a request has run needs no AsyncOnly: what was charged in vain goes back.
        PartitionedRateLimiterAdapterOptions<HttpContext> options = new() { AsyncOnly = asyncOnly, HasRun = asyncOnly ? null : LimitedApp.HasRun };
        await using LimitedApp app = await LimitedApp.StartAsync(o =>
        {
            o.GlobalLimiter = everybody.AsPartitionedRateLimiter(static (HttpContext _) => "all", options);
            o.AddPolicy("endpoint", _ => each.AsRateLimitPartition("one"));
        });
        for (int i = 0; i < Requests; i++) Assert.Equal(HttpStatusCode.OK, await app.GetAsync());
        Assert.Equal((Requests, Requests), (await SpentAsync(everybody, "all"), await SpentAsync(each, "one")));
    }

    [Theory]
    [InlineData(Place.Memory)]
    [InlineData(Place.Redis)]
    public async Task A_global_limiter_of_the_framework_costs_one_permit_if_it_is_async_only(Place endpoint)
    {
        Assert.Equal((Requests, Requests), await UnderFrameworksGlobalAsync(endpoint, asyncOnly: true));
    }

    [Fact]
    public async Task A_global_limiter_of_the_framework_is_charged_twice_before_an_endpoint_on_Redis_if_it_is_not()
    {
        // The framework's own doing, which the others here must be able to see.
        Assert.Equal((2 * Requests, Requests), await UnderFrameworksGlobalAsync(Place.Redis, asyncOnly: false));
    }

    [Theory]
    [InlineData(Place.Memory, Place.Memory)]
    [InlineData(Place.Memory, Place.Redis)]
    [InlineData(Place.Redis, Place.Memory)]
    [InlineData(Place.Redis, Place.Redis)]
    public async Task A_request_that_the_endpoints_limit_refuses_costs_the_global_one_nothing(Place global, Place endpoint)
    {
        Limiter everybody = new(Slow, StoreOf(global), new LimiterOptions { Name = "global" });
        Limiter each = new(Limit.TokenBucket(3, Rate.PerDay(1)), StoreOf(endpoint), new LimiterOptions { Name = "endpoint" });
        await using LimitedApp app = await LimitedApp.StartAsync(o =>
        {
            o.GlobalLimiter = everybody.AsPartitionedRateLimiter(static (HttpContext _) => "all",
                new() { HasRun = LimitedApp.HasRun, OnReturnFailed = static e => Assert.Fail(e.ToString()) });
            o.AddPolicy("endpoint", _ => each.AsRateLimitPartition("one"));
        });
        List<HttpStatusCode> answers = [];
        for (int i = 0; i < Requests; i++) answers.Add(await app.GetAsync());
        Assert.Equal(3, answers.Count(a => a == HttpStatusCode.OK));
        Assert.Equal(Requests - 3, answers.Count(a => a == HttpStatusCode.TooManyRequests));
        // A refund to Redis goes on after the answer has left.
        await Eventually.EqualAsync(3, () => SpentAsync(everybody, "all"));
    }

    [Theory]
    [InlineData(Place.Memory, false, 2)]
    [InlineData(Place.Redis, false, 2)]
    [InlineData(Place.Memory, true, 1)]
    [InlineData(Place.Redis, true, 1)]
    public async Task What_a_request_that_the_endpoints_limit_refuses_costs_a_global_limiter_of_the_framework(Place endpoint, bool asyncOnly, int each)
    {
        Assert.Equal((each * Requests, Permits), await UnderFrameworksGlobalAsync(endpoint, asyncOnly, spent: Permits));
    }

    [Theory]
    [InlineData(Place.Memory, Place.Memory, false, 2)]
    [InlineData(Place.Memory, Place.Redis, false, 2)]
    [InlineData(Place.Redis, Place.Memory, false, 1)]
    [InlineData(Place.Redis, Place.Redis, false, 1)]
    [InlineData(Place.Memory, Place.Memory, true, 1)]
    [InlineData(Place.Memory, Place.Redis, true, 1)]
    public async Task What_a_request_that_the_endpoints_limit_refuses_costs_the_global_one_that_does_not_know_what_has_run(Place global, Place endpoint, bool asyncOnly, int each)
    {
        Limiter everybody = new(Slow, StoreOf(global), new LimiterOptions { Name = "global" });
        Limiter none = new(Limit.TokenBucket(1, Rate.PerDay(1)), StoreOf(endpoint), new LimiterOptions { Name = "endpoint" });
        Assert.True((await none.AcquireAsync("one", 1, TestContext.Current.CancellationToken)).IsAllowed);
        await using LimitedApp app = await LimitedApp.StartAsync(o =>
        {
            o.GlobalLimiter = everybody.AsPartitionedRateLimiter(static (HttpContext _) => "all", new() { AsyncOnly = asyncOnly });
            o.AddPolicy("endpoint", _ => none.AsRateLimitPartition("one"));
        });
        for (int i = 0; i < Requests; i++) Assert.Equal(HttpStatusCode.TooManyRequests, await app.GetAsync());
        Assert.Equal(each * Requests, await SpentAsync(everybody, "all"));
    }

    [Theory]
    [InlineData(Place.Memory)]
    [InlineData(Place.Redis)]
    public async Task Global_and_endpoint_as_one_list_are_charged_all_or_none(Place place)
    {
        IRateLimitStore store = StoreOf(place);
        Limit three = Limit.TokenBucket(3, Rate.PerDay(1));
        Charge[] charges = [new Charge("all", Slow) { Namespace = "global" }, new Charge("one", three) { Namespace = "endpoint" }];
        await using LimitedApp app = await LimitedApp.StartAsync(o =>
        {
            o.GlobalLimiter = store.AsPartitionedRateLimiter((HttpContext _) => charges);
            o.AddPolicy("endpoint", _ => RateLimitPartition.GetNoLimiter(""));
        });
        List<HttpStatusCode> answers = [];
        for (int i = 0; i < Requests; i++) answers.Add(await app.GetAsync());
        Assert.Equal(3, answers.Count(a => a == HttpStatusCode.OK));
        Decision all = await store.PeekAsync(charges.AsMemory(0, 1), TestContext.Current.CancellationToken);
        Assert.Equal(Permits - 3, all.Remaining + (all.IsAllowed ? 0 : 1));
    }

    [Fact]
    public async Task Thirty_two_connections_get_exactly_the_limit_of_a_policy_on_Redis()
    {
        Limiter each = new(Limit.TokenBucket(50, Rate.PerDay(1)), _redis);
        await using LimitedApp app = await LimitedApp.StartAsync(o => o.AddPolicy("endpoint", _ => each.AsRateLimitPartition("one")));
        HttpStatusCode[] answers = [.. (await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => FiveAsync()))).SelectMany(a => a)];
        Assert.Equal(50, answers.Count(a => a == HttpStatusCode.OK));
        Assert.Equal(110, answers.Count(a => a == HttpStatusCode.TooManyRequests));
        Assert.Equal(50, app.Handled);

        async Task<List<HttpStatusCode>> FiveAsync()
        {
            List<HttpStatusCode> got = [];
            for (int i = 0; i < 5; i++) got.Add(await app.GetAsync());
            return got;
        }
    }

    [Theory]
    [InlineData(Place.Memory)]
    [InlineData(Place.Redis)]
    public async Task A_refusal_tells_when_to_come_back(Place place)
    {
        Limiter each = new(Limit.TokenBucket(1, Rate.PerHour(1)), StoreOf(place));
        TimeSpan? told = null;
        await using LimitedApp app = await LimitedApp.StartAsync(o =>
        {
            o.AddPolicy("endpoint", _ => each.AsRateLimitPartition("one"));
            o.OnRejected = (rejected, _) =>
            {
                told = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan time) ? time : null;
                return ValueTask.CompletedTask;
            };
        });
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync());
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.GetAsync());
        Assert.NotNull(told);
        Assert.InRange(told.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData(Place.Memory)]
    [InlineData(Place.Redis)]
    public async Task A_place_is_held_until_the_response_has_ended(Place place)
    {
        Limiter each = new(Limit.Concurrency(1, TimeSpan.FromMinutes(1)), StoreOf(place));
        SemaphoreSlim entered = new(0);
        SemaphoreSlim goOn = new(0);
        await using LimitedApp app = await LimitedApp.StartAsync(o => o.AddPolicy("endpoint", _ => each.AsRateLimitPartition("one")), async context =>
        {
            entered.Release();
            await goOn.WaitAsync(context.RequestAborted);
            throw new InvalidOperationException("The handler fails, and the place comes back all the same.");
        });
        Task<HttpStatusCode> first = app.GetAsync();
        await entered.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.GetAsync());
        goOn.Release();
        Assert.Equal(HttpStatusCode.InternalServerError, await first);
        await Eventually.EqualAsync(true, async () => (await each.PeekAsync("one")).IsAllowed);
    }

    [Theory]
    [InlineData(Place.Memory)]
    [InlineData(Place.Redis)]
    public async Task A_client_that_goes_away_leaves_the_queue_and_nothing_charged(Place place)
    {
        Limiter each = new(Limit.TokenBucket(1, Rate.PerHour(1)), StoreOf(place));
        RateLimiter? adapter = null;
        await using LimitedApp app = await LimitedApp.StartAsync(o => o.AddPolicy("endpoint",
            _ => RateLimitPartition.Get("one", key => adapter = each.AsRateLimiter(key, new() { QueueLimit = 5 }))));
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync());
        using CancellationTokenSource gone = new();
        Task<HttpResponseMessage> waiting = app.Client.GetAsync(new Uri("/", UriKind.Relative), gone.Token);
        await Eventually.EqualAsync(1L, () => Task.FromResult(adapter!.GetStatistics()!.CurrentQueuedCount));
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Eventually.EqualAsync(0L, () => Task.FromResult(adapter!.GetStatistics()!.CurrentQueuedCount));
        Assert.Equal((1, 1), (await SpentAsync(each, "one", 1), app.Handled));
    }

    private async Task<(long Global, long Endpoint)> UnderFrameworksGlobalAsync(Place endpoint, bool asyncOnly, int spent = 0)
    {
        Limiter each = new(Slow, StoreOf(endpoint), new LimiterOptions { Name = "endpoint" });
        Assert.True((await each.AcquireAsync("one", spent, TestContext.Current.CancellationToken)).IsAllowed);
        await using PartitionedRateLimiter<HttpContext> window = PartitionedRateLimiter.Create((HttpContext _) => RateLimitPartition.GetFixedWindowLimiter(
            "all", _ => new FixedWindowRateLimiterOptions { PermitLimit = Permits, Window = TimeSpan.FromDays(1) }));
        await using LimitedApp app = await LimitedApp.StartAsync(o =>
        {
            o.GlobalLimiter = asyncOnly ? window.AsyncOnly() : window;
            o.AddPolicy("endpoint", _ => each.AsRateLimitPartition("one"));
        });
        for (int i = 0; i < Requests; i++) Assert.Equal(spent == 0 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await app.GetAsync());
        long available = window.GetStatistics(new DefaultHttpContext())!.CurrentAvailablePermits;
        return (Permits - available, await SpentAsync(each, "one"));
    }

    private IRateLimitStore StoreOf(Place place) => place == Place.Memory ? _memory : _redis;

    private static async Task<long> SpentAsync(Limiter limiter, string key, long permits = Permits) =>
        permits - (await limiter.PeekAsync(key)).Remaining;
}
