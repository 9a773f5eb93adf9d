using System.Net;
using Headgate.Redis;
using Headgate.Redis.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.AspNetCore.Tests.Middleware;

/// <summary>Several applications on one Redis, which dies and comes back under load.</summary>
public class RedisTests
{
    private static readonly Uri Root = new("/", UriKind.Relative);

    [Fact]
    public async Task Two_applications_share_one_limit()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using App one = await StartAsync(redis, FailureMode.Closed, Limit.TokenBucket(50, Rate.PerDay(1)), TimeSpan.FromSeconds(20));
        await using App other = await StartAsync(redis, FailureMode.Closed, Limit.TokenBucket(50, Rate.PerDay(1)), TimeSpan.FromSeconds(20));
        int[] admitted = await Task.WhenAll(Enumerable.Range(0, 8).Select(async caller =>
        {
            using HttpClient client = (caller % 2 == 0 ? one : other).NewClient();
            int count = 0;
            for (int i = 0; i < 20; i++)
            {
                using HttpResponseMessage response = await client.GetAsync(Root);
                if (response.StatusCode == HttpStatusCode.OK) count++;
            }

            return count;
        }));
        Assert.Equal(50, admitted.Sum());
    }

    [Theory]
    [InlineData(FailureMode.Open, HttpStatusCode.OK)]
    [InlineData(FailureMode.Closed, HttpStatusCode.ServiceUnavailable)]
    [InlineData(FailureMode.Local, HttpStatusCode.OK)]
    public async Task A_dead_Redis_is_met_with_the_failure_mode_and_nobody_waits(FailureMode mode, HttpStatusCode expected)
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using App app = await StartAsync(redis, mode, Limit.TokenBucket(500_000, Rate.PerHour(1)));
        using CancellationTokenSource stop = new();
        List<(long Started, HttpStatusCode Status, string? RetryAfter)> seen = [];
        Task[] load = [.. Enumerable.Range(0, 8).Select(async _ =>
        {
            using HttpClient client = app.NewClient();
            while (!stop.IsCancellationRequested)
            {
                long started = TimeProvider.System.GetTimestamp();
                using HttpResponseMessage response = await client.GetAsync(Root);
                lock (seen) seen.Add((started, response.StatusCode, response.Headers.RetryAfter?.ToString()));
            }
        })];
        await Soon.UntilAsync(() => Count() > 50);
        await redis.KillAsync();
        await Soon.UntilAsync(() => app.Log.All.Any(line => line.Id.Name == "StoreOutageBegan"));
        // Of those that were on their way Redis may still have decided.
        long gone = TimeProvider.System.GetTimestamp();
        List<(long Started, HttpStatusCode Status, string? RetryAfter)> meanwhile = [];
        await Soon.UntilAsync(() =>
        {
            lock (seen) meanwhile = [.. seen.Where(answer => answer.Started > gone)];
            return meanwhile.Count > 200;
        });
        Assert.All(meanwhile, answer => Assert.Equal(expected, answer.Status));
        if (mode == FailureMode.Closed) Assert.All(meanwhile, answer => Assert.NotNull(answer.RetryAfter));

        await redis.StartAgainAsync();
        await Soon.UntilAsync(async () => (await app.Policies.PeekAsync("a", "x")).Source == DecisionSource.Store);
        int before = Count();
        await Soon.UntilAsync(() => Count() > before + 100);
        await stop.CancelAsync();
        await Task.WhenAll(load);
        lock (seen) Assert.Equal(HttpStatusCode.OK, seen[^1].Status);
        Assert.DoesNotContain(seen, answer => answer.Status is not (HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable));

        int Count()
        {
            lock (seen) return seen.Count;
        }
    }

    [Fact]
    public async Task With_a_local_share_the_limit_holds_in_each_process_while_Redis_is_away()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        await using App app = await StartAsync(redis, FailureMode.Local, Limit.TokenBucket(20, Rate.PerDay(1)));
        await redis.KillAsync();
        int admitted = 0;
        for (int i = 0; i < 60; i++)
        {
            if (await app.GetAsync("/") == HttpStatusCode.OK) admitted++;
        }

        // At most one that Redis still counted before the loss was noticed.
        Assert.InRange(admitted, 20, 21);
    }

    private static Task<App> StartAsync(RedisProcess redis, FailureMode mode, Limit limit, TimeSpan? timeout = null) => App.StartAsync(
        h => h.AddPolicy("a", limit, p => p with { OnStoreFailure = mode }).UseStore(_ => new RedisStore(Connect(redis), new RedisStoreOptions { LocalShare = 1, Timeout = timeout ?? new RedisStoreOptions().Timeout })),
        app =>
        {
            app.UseHeadgate("a");
            app.MapGet("/", () => "ok");
        });

    private static StackExchange.Redis.ConnectionMultiplexer Connect(RedisProcess redis)
    {
        StackExchange.Redis.ConfigurationOptions options = StackExchange.Redis.ConfigurationOptions.Parse(redis.Configuration);
        (options.AbortOnConnectFail, options.ConnectTimeout) = (false, 1_000);
        return StackExchange.Redis.ConnectionMultiplexer.Connect(options);
    }
}
