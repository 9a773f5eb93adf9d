using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;

namespace Headgate.AspNetCore.Tests.Middleware;

/// <summary>A leaky bucket that delays: admitted requests leave at the leak rate, in the order they came.</summary>
public class ShapingTests
{
    [Fact]
    public async Task Admitted_requests_leave_one_by_one_at_the_leak_rate()
    {
        ConcurrentQueue<long> ran = new();
        await using App app = await App.StartAsync(
            h => h.AddPolicy("smooth", Limit.LeakyBucket(5, Rate.PerSecond(1)), p => p with { MaxWait = TimeSpan.FromSeconds(10) }),
            app =>
            {
                app.UseHeadgate("smooth");
                FakeTime time = new(app.Services);
                app.MapGet("/", () => ran.Enqueue(time.Now));
            });
        long start = app.Clock.Micros;
        Task<HttpStatusCode>[] burst = new Task<HttpStatusCode>[4];
        for (int i = 0; i < burst.Length; i++)
        {
            burst[i] = app.GetAsync("/");
            int waiting = i;
            await Soon.UntilAsync(async () => ran.Count + app.Clock.PendingTimers > waiting && (await app.Policies.PeekAsync("smooth", "ip:127.0.0.1")).Remaining == 5 - 1 - waiting);
        }

        await Soon.UntilAsync(() => ran.Count == 1);
        for (int i = 1; i < burst.Length; i++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromMicroseconds(1));
            Assert.Equal(i, ran.Count);
            app.Clock.Advance(TimeSpan.FromMicroseconds(1));
            int expected = i + 1;
            await Soon.UntilAsync(() => ran.Count == expected);
        }

        Assert.All(await Task.WhenAll(burst), status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Equal([0, 1_000_000, 2_000_000, 3_000_000], ran.Select(time => time - start));
    }

    [Fact]
    public async Task A_wait_that_would_be_too_long_is_refused_at_once_and_charges_nothing()
    {
        await using App app = await App.StartAsync(
            h => h.AddPolicy("smooth", Limit.LeakyBucket(100, Rate.PerSecond(1)), p => p with { MaxWait = TimeSpan.FromSeconds(2) }),
            app =>
            {
                app.UseHeadgate("smooth");
                app.MapGet("/", () => "ok");
            });
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/"));
        Task<HttpStatusCode> second = app.GetAsync("/");
        await Soon.UntilAsync(async () => await RemainingAsync(app) == 98);
        Task<HttpStatusCode> third = app.GetAsync("/");
        await Soon.UntilAsync(async () => await RemainingAsync(app) == 97);
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.GetAsync("/"));
        Assert.Equal(97, await RemainingAsync(app));
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await second);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await third);
    }

    [Fact]
    public async Task A_delayed_request_whose_client_leaves_gives_its_place_back()
    {
        int ran = 0;
        await using App app = await App.StartAsync(
            h => h.AddPolicy("smooth", Limit.LeakyBucket(5, Rate.PerSecond(1)), p => p with { MaxWait = TimeSpan.FromSeconds(10) }),
            app =>
            {
                app.UseHeadgate("smooth");
                app.MapGet("/", () => Interlocked.Increment(ref ran));
            });
        Assert.Equal(HttpStatusCode.OK, await app.GetAsync("/"));
        using CancellationTokenSource leaves = new();
        Task<HttpResponseMessage> gone = app.Client.GetAsync(new Uri("/", UriKind.Relative), leaves.Token);
        await Soon.UntilAsync(async () => await RemainingAsync(app) == 3);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await Soon.UntilAsync(async () => await RemainingAsync(app) == 4);
        app.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, ran);
    }

    [Fact]
    public async Task Without_a_wait_a_leaky_bucket_only_counts()
    {
        await using App app = await App.StartAsync(h => h.AddPolicy("bucket", Limit.LeakyBucket(3, Rate.PerSecond(1))), app =>
        {
            app.UseHeadgate("bucket");
            app.MapGet("/", () => "ok");
        });
        for (int i = 0; i < 4; i++) Assert.Equal(i < 3 ? HttpStatusCode.OK : HttpStatusCode.TooManyRequests, await app.GetAsync("/"));
    }

    private static async Task<long> RemainingAsync(App app) => (await app.Policies.PeekAsync("smooth", "ip:127.0.0.1")).Remaining;

    private sealed class FakeTime(IServiceProvider services)
    {
        public long Now => ((Conformance.FakeClock)services.GetService(typeof(TimeProvider))!).Micros;
    }
}
