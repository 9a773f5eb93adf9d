using System.Collections.Concurrent;
using System.Net;

namespace Headgate.Http.Tests.Waiting;

/// <summary>Many requests at once, cancelled at random, to a side that keeps asking to be left alone: nothing hangs, nothing is lost, nothing stays behind.</summary>
public class TurmoilTests
{
    [Fact]
    public async Task Every_request_ends_and_no_permit_is_lost_or_minted()
    {
        const int Callers = 16, Each = 60, Permits = 40;
        using Client client = new(Limit.TokenBucket(Permits, Rate.PerSecond(Permits)), o =>
        {
            o.MaxWait = TimeSpan.FromSeconds(20);
            o.PartitionKey = HttpPartition.One;
        });
        int answers = 0;
        client.FarSide.Answer = _ => Interlocked.Increment(ref answers) % 25 == 0
            ? FarSide.Response(HttpStatusCode.TooManyRequests, "Retry-After: 2")
            : new HttpResponseMessage(HttpStatusCode.OK);
        ConcurrentBag<DateTimeOffset> sentAt = [];
        client.FarSide.Before = _ =>
        {
            sentAt.Add(client.Clock.GetUtcNow());
            return Task.CompletedTask;
        };

        int ended = 0;
        Task[] callers = [.. Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            Random random = new(caller);
            for (int i = 0; i < Each; i++)
            {
                using CancellationTokenSource gone = new();
                Task<HttpResponseMessage> sending = client.SendAsync($"/{caller}", gone.Token);
                if (random.Next(4) == 0) await gone.CancelAsync();
                try
                {
                    (await sending).Dispose();
                }
                catch (OperationCanceledException)
                {
                    Assert.True(gone.IsCancellationRequested);
                }

                Interlocked.Increment(ref ended);
            }
        }))];

        Task all = Task.WhenAll(callers);
        await Watchdog.Until(() =>
        {
            client.Advance(0.1);
            return all.IsCompleted;
        });
        await all;
        Assert.Equal(Callers * Each, ended);
        Assert.InRange(client.FarSide.Count, 1, Callers * Each);
        // What is sent at one instant of the clock was admitted at it: never more than a full bucket.
        Assert.True(sentAt.GroupBy(at => at).Max(instant => instant.Count()) <= Permits);
        client.Advance(60);
        Assert.Equal(Permits, (await client.Limiter.PeekAsync("", 1, TestContext.Current.CancellationToken)).Remaining);
        await Watchdog.Until(() => client.Clock.PendingTimers == 0);
    }
}
