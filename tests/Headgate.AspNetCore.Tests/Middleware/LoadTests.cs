using System.Net;
using Headgate.Extensions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Headgate.AspNetCore.Tests.Middleware;

/// <summary>Many connections at once, on one key, while everything changes.</summary>
public class LoadTests
{
    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Many_connections_on_one_key_get_exactly_the_limit(HttpProtocols protocols)
    {
        const int Connections = 32;
        const int EachAsks = 40;
        const int Permits = 700;
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Limit.TokenBucket(Permits, Rate.PerDay(1))), app =>
        {
            app.UseHeadgate("a");
            app.MapGet("/", () => "ok");
        }, protocols: protocols);
        int[] admitted = await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            using HttpClient client = app.NewClient(protocols == HttpProtocols.Http2);
            int count = 0;
            for (int i = 0; i < EachAsks; i++)
            {
                using HttpResponseMessage response = await client.GetAsync(new Uri("/", UriKind.Relative));
                if (response.StatusCode == HttpStatusCode.OK) count++;
                else Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
            }

            return count;
        }));
        Assert.Equal(Permits, admitted.Sum());
    }

    [Fact]
    public async Task Policies_that_change_a_hundred_times_a_second_fail_no_request_and_mint_no_permit()
    {
        const int Permits = 300;
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Limit.TokenBucket(Permits, Rate.PerDay(1))).AddPolicy("b", Limit.TokenBucket(500_000, Rate.PerHour(1))), app =>
        {
            app.UseHeadgate("b");
            app.MapGet("/", () => "ok").RequireHeadgate("a");
        });
        using CancellationTokenSource stop = new();
        int changes = 0;
        Task changing = Task.Run(async () =>
        {
            for (; !stop.IsCancellationRequested; changes++)
            {
                // The rate and not the capacity: in a time that stands still that grants nothing.
                app.Policies.Set(new RateLimitPolicy("a", Limit.TokenBucket(Permits, Rate.PerDay(1 + (changes % 5)))) { QueueLimit = changes % 7 });
                app.Policies.SetOverride("b", $"client-{changes % 50}", Limit.TokenBucket(10, Rate.PerDay(1)));
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }
        });
        int[] admitted = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            using HttpClient client = app.NewClient();
            int count = 0;
            while (Volatile.Read(ref changes) < 150)
            {
                using HttpResponseMessage response = await client.GetAsync(new Uri("/", UriKind.Relative));
                if (response.StatusCode == HttpStatusCode.OK) count++;
                else Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
            }

            return count;
        }));
        await stop.CancelAsync();
        await changing;
        Assert.Equal(Permits, admitted.Sum());
    }

    [Fact]
    public async Task A_reset_between_changes_is_noticed_by_the_count()
    {
        // The planted bug of the test above: state that a change throws away.
        const int Permits = 20;
        await using App app = await App.StartAsync(h => h.AddPolicy("a", Limit.TokenBucket(Permits, Rate.PerDay(1))), app =>
        {
            app.UseHeadgate("a");
            app.MapGet("/", () => "ok");
        });
        int admitted = 0;
        for (int i = 0; i < 2 * Permits; i++)
        {
            if (i == Permits) await app.Policies.ResetAsync("a", "ip:127.0.0.1");
            if (await app.GetAsync("/") == HttpStatusCode.OK) admitted++;
        }

        Assert.Equal(2 * Permits, admitted);
    }
}
