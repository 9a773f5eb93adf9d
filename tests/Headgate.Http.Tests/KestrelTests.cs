using System.Net;
using Microsoft.AspNetCore.Http;

namespace Headgate.Http.Tests;

/// <summary>Over real connections to Kestrel.</summary>
public class KestrelTests
{
    private const int Callers = 32;

    [Fact]
    public async Task Many_at_once_get_exactly_the_limit()
    {
        int served = 0;
        await using Server server = await Server.StartAsync(context =>
        {
            Interlocked.Increment(ref served);
            return context.Response.WriteAsync("ok");
        });
        using MemoryStore store = new();
        Limiter limiter = new(Limit.TokenBucket(50, Rate.PerDay(1)), store);
        using HttpClient client = Over(limiter, o => o.MaxWait = TimeSpan.Zero, server);
        HttpStatusCode[][] answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            List<HttpStatusCode> mine = [];
            for (int i = 0; i < 5; i++)
            {
                using HttpResponseMessage response = await client.GetAsync(new Uri("/", UriKind.Relative));
                mine.Add(response.StatusCode);
            }

            return mine.ToArray();
        })).InTime();
        Assert.Equal(50, served);
        Assert.Equal(50, answers.SelectMany(a => a).Count(a => a == HttpStatusCode.OK));
        Assert.Equal((Callers * 5) - 50, answers.SelectMany(a => a).Count(a => a == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task No_more_are_at_work_than_places_until_their_bodies_are_read()
    {
        // A client that gives its place back with the headers is noticed.
        Assert.True(await MostAtWork(isPlanted: true) > 3);
        Assert.Equal(3, await MostAtWork(isPlanted: false));
    }

    [Fact]
    public async Task A_server_that_says_429_is_left_alone_for_as_long_as_it_says()
    {
        int served = 0;
        await using Server server = await Server.StartAsync(context =>
        {
            Interlocked.Increment(ref served);
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = "60";
            return Task.CompletedTask;
        });
        using MemoryStore store = new();
        using HttpClient client = Over(new Limiter(Limit.TokenBucket(50, Rate.PerSecond(50)), store), _ => { }, server);
        using HttpResponseMessage first = await client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Null(HeadgateRefusal.Of(first));
        using HttpResponseMessage second = await client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.InRange(HeadgateRefusal.Of(second)!.RetryAfter, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(66));
        Assert.Equal(1, served);
    }

    [Fact]
    public async Task A_client_that_goes_away_frees_its_place_and_its_turn()
    {
        using SemaphoreSlim arrived = new(0);
        await using Server server = await Server.StartAsync(async context =>
        {
            arrived.Release();
            if (context.Request.Path == "/stays-open") await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        using MemoryStore store = new();
        using HttpClient client = Over(new Limiter(Limit.Concurrency(1), store), _ => { }, server);
        using CancellationTokenSource goes = new(), waits = new();
        Task<HttpResponseMessage> open = client.GetAsync(new Uri("/stays-open", UriKind.Relative), goes.Token);
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        Task<HttpResponseMessage> inLine = client.GetAsync(new Uri("/never", UriKind.Relative), waits.Token);
        Task<HttpResponseMessage> last = client.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        await waits.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => inLine.InTime());
        Assert.False(last.IsCompleted);
        await goes.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => open.InTime());
        (await last.InTime()).Dispose();
        Assert.Equal(1, arrived.CurrentCount);
    }

    /// <summary>The most bodies that were being written at once to 16 callers with 3 places.</summary>
    private static async Task<int> MostAtWork(bool isPlanted)
    {
        int atWork = 0, most = 0;
        await using Server server = await Server.StartAsync(async context =>
        {
            int now = Interlocked.Increment(ref atWork);
            InterlockedMax(ref most, now);
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            // Long enough for others to come, had they been let in.
            await Task.Delay(TimeSpan.FromMilliseconds(20));
            Interlocked.Decrement(ref atWork);
            await context.Response.WriteAsync("last");
        });
        using MemoryStore store = new();
        using HttpClient client = Over(new Limiter(Limit.Concurrency(3), store), o => o.MaxWait = TimeSpan.FromMinutes(1), server);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri("/", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            if (isPlanted && response.Content is Headgate.Http.Holding.LeasedContent held) held.End.Release();
            Assert.Equal("firstlast", await response.Content.ReadAsStringAsync());
        })).InTime();
        return most;
    }

    private static void InterlockedMax(ref int most, int now)
    {
        for (int seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
        {
            if (Interlocked.CompareExchange(ref most, now, seen) == seen) return;
        }
    }

    private static HttpClient Over(Limiter limiter, Action<HeadgateHandlerOptions> configure, Server server)
    {
        HeadgateHandlerOptions options = new();
        configure(options);
        return new HttpClient(new HeadgateHandler(limiter, options) { InnerHandler = new SocketsHttpHandler() }) { BaseAddress = server.Address };
    }
}
