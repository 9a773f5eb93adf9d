using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Tests.Middleware;

/// <summary>Permits of a concurrency limit are held until the response has ended, however it ends.</summary>
public class HoldingTests
{
    [Fact]
    public async Task A_permit_is_held_while_a_response_streams_and_comes_back_after()
    {
        TaskCompletionSource go = new();
        await using App app = await StartAsync(1, app => app.MapGet("/stream", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await go.Task;
            await context.Response.WriteAsync("last");
        }));
        using HttpResponseMessage streaming = await app.Client.GetAsync(new Uri("/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, streaming.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.GetAsync("/stream"));
        go.SetResult();
        Assert.Equal("firstlast", await streaming.Content.ReadAsStringAsync());
        await Soon.UntilAsync(() => FreeAsync(app, 1));
    }

    [Fact]
    public async Task A_permit_comes_back_when_the_handler_throws()
    {
        await using App app = await StartAsync(1, app => app.MapGet("/throws", string () => throw new InvalidOperationException("planned")));
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.InternalServerError, await app.GetAsync("/throws"));
            await Soon.UntilAsync(() => FreeAsync(app, 1));
        }
    }

    [Fact]
    public async Task A_permit_comes_back_when_the_client_goes_away()
    {
        TaskCompletionSource inside = new();
        await using App app = await StartAsync(1, app => app.MapGet("/waits", async (HttpContext context) =>
        {
            inside.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        }));
        using (CancellationTokenSource leaves = new())
        {
            Task<HttpResponseMessage> request = app.Client.GetAsync(new Uri("/waits", UriKind.Relative), leaves.Token);
            await inside.Task;
            Assert.False(await FreeAsync(app, 1));
            await leaves.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        }

        await Soon.UntilAsync(() => FreeAsync(app, 1));
    }

    [Fact]
    public async Task A_permit_is_held_as_long_as_a_web_socket_is_open()
    {
        await using App app = await StartAsync(1, app =>
        {
            app.UseWebSockets();
            app.MapGet("/socket", async (HttpContext context) =>
            {
                using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
                byte[] buffer = new byte[100];
                while ((await socket.ReceiveAsync(buffer, context.RequestAborted)).MessageType != WebSocketMessageType.Close)
                {
                }

                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
            });
        });
        using ClientWebSocket socket = new();
        await socket.ConnectAsync(new Uri($"ws://{app.Address.Authority}/socket"), CancellationToken.None);
        Assert.False(await FreeAsync(app, 1));
        Assert.Equal(HttpStatusCode.TooManyRequests, await app.GetAsync("/socket"));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await Soon.UntilAsync(() => FreeAsync(app, 1));
    }

    [Fact]
    public async Task A_request_longer_than_the_lease_time_keeps_its_permit()
    {
        TaskCompletionSource go = new();
        await using App app = await StartAsync(1, app => app.MapGet("/", () => go.Task));
        Task<HttpStatusCode> request = app.GetAsync("/");
        await Soon.UntilAsync(async () => !await FreeAsync(app, 1));
        for (int i = 0; i < 20; i++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(15));
            await Task.Yield();
            Assert.False(await FreeAsync(app, 1));
        }

        go.SetResult();
        Assert.Equal(HttpStatusCode.OK, await request);
        await Soon.UntilAsync(() => FreeAsync(app, 1));
    }

    [Fact]
    public async Task A_request_that_waits_in_line_gets_the_next_permit_and_one_that_leaves_takes_none()
    {
        using SemaphoreSlim go = new(0);
        int served = 0;
        await using App app = await App.StartAsync(
            h => h.AddPolicy("work", Limit.Concurrency(1), p => p with { MaxWait = TimeSpan.FromMinutes(10) }),
            app =>
            {
                app.UseHeadgate("work");
                app.MapGet("/", async () =>
                {
                    Interlocked.Increment(ref served);
                    await go.WaitAsync();
                });
            });
        Task<HttpStatusCode> first = app.GetAsync("/");
        await Soon.UntilAsync(() => Volatile.Read(ref served) == 1);
        int timers = app.Clock.PendingTimers;
        using CancellationTokenSource leaves = new();
        Task<HttpResponseMessage> gone = app.Client.GetAsync(new Uri("/", UriKind.Relative), leaves.Token);
        await Soon.UntilAsync(() => app.Clock.PendingTimers > timers);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        // The server hears of it a moment later; until then it may rightly serve who has gone.
        await Soon.UntilAsync(() => app.Clock.PendingTimers == timers);
        Task<HttpStatusCode> patient = app.GetAsync("/");
        await Soon.UntilAsync(() => app.Clock.PendingTimers > timers);
        Assert.Equal(1, Volatile.Read(ref served));
        go.Release();
        Assert.Equal(HttpStatusCode.OK, await first);
        await Soon.UntilAsync(() => Volatile.Read(ref served) == 2);
        go.Release();
        Assert.Equal(HttpStatusCode.OK, await patient);
        await Soon.UntilAsync(async () => (await app.Policies.PeekAsync("work", "ip:127.0.0.1")).Remaining == 1);
        Assert.Equal(2, served);
    }

    [Fact]
    public async Task Never_more_than_the_permits_are_inside_under_load_with_clients_that_leave()
    {
        const int Permits = 4;
        int inside = 0;
        int most = 0;
        await using App app = await App.StartAsync(
            h => h.AddPolicy("all", Limit.TokenBucket(1_000_000, Rate.PerSecond(1_000))).AddPolicy("work", Limit.Concurrency(Permits), p => p with { MaxWait = TimeSpan.FromMinutes(10) }),
            app =>
            {
                app.UseHeadgate("all", "work");
                app.MapGet("/", async (HttpContext context) =>
                {
                    int now = Interlocked.Increment(ref inside);
                    for (int seen = Volatile.Read(ref most); now > seen && Interlocked.CompareExchange(ref most, now, seen) != seen; seen = Volatile.Read(ref most))
                    {
                    }

                    try
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, context.RequestAborted);
                    }
                    finally
                    {
                        Interlocked.Decrement(ref inside);
                    }
                });
            });
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(60));
        Task time = Task.Run(async () =>
        {
            // Whoever is first in line of several policies asks from time to time.
            while (!stop.IsCancellationRequested)
            {
                app.Clock.Advance(TimeSpan.FromMilliseconds(50));
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async caller =>
        {
            Random random = new(caller);
            using HttpClient client = app.NewClient();
            for (int i = 0; i < 20; i++)
            {
                using CancellationTokenSource leaves = new();
                if (random.Next(4) == 0) leaves.CancelAfter(TimeSpan.FromMilliseconds(random.Next(10)));
                try
                {
                    using HttpResponseMessage response = await client.GetAsync(new Uri("/", UriKind.Relative), leaves.Token);
                    Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                }
                catch (OperationCanceledException) when (leaves.IsCancellationRequested)
                {
                    continue;
                }
            }
        }));
        await Soon.UntilAsync(async () => (await app.Policies.PeekAsync("work", "ip:127.0.0.1")).Remaining == Permits);
        await stop.CancelAsync();
        await time;
        Assert.InRange(most, 2, Permits);
    }

    private static Task<App> StartAsync(long permits, Action<WebApplication> map) => App.StartAsync(h => h.AddPolicy("work", Limit.Concurrency(permits)), app =>
    {
        app.UseHeadgate("work");
        map(app);
    });

    private static async Task<bool> FreeAsync(App app, long permits) => (await app.Policies.PeekAsync("work", "ip:127.0.0.1")).Remaining == permits;
}
