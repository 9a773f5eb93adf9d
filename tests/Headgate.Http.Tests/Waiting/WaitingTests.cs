using System.Net;

namespace Headgate.Http.Tests.Waiting;

public class WaitingTests
{
    private static readonly Limit OneASecond = Limit.TokenBucket(1, Rate.PerSecond(1));

    [Fact]
    public async Task Waits_for_its_turn_and_not_longer()
    {
        using Client client = new(OneASecond);
        await client.SendAsync();
        Task<HttpResponseMessage> second = client.SendAsync();
        Assert.False(second.IsCompleted);
        client.Clock.AdvanceMicros(999_999);
        Assert.Equal(1, client.FarSide.Count);
        client.Clock.AdvanceMicros(1);
        Assert.Equal(HttpStatusCode.OK, (await second.InTime()).StatusCode);
    }

    [Fact]
    public async Task Refuses_at_once_what_would_wait_too_long_and_charges_nothing()
    {
        using Client client = new(OneASecond, o => o.MaxWait = TimeSpan.FromSeconds(2));
        await client.SendAsync();
        using CancellationTokenSource gone = new();
        Task<HttpResponseMessage> second = client.SendAsync("/", gone.Token), third = client.SendAsync("/", gone.Token);
        HttpResponseMessage fourth = await client.SendAsync().InTime();
        Assert.Equal(TimeSpan.FromSeconds(3), HeadgateRefusal.Of(fourth)!.RetryAfter);
        Assert.False(second.IsCompleted || third.IsCompleted);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(second, third).InTime());
        client.Advance(1);
        Assert.Null(HeadgateRefusal.Of(await client.SendAsync().InTime()));
        Assert.Equal(2, client.FarSide.Count);
    }

    [Fact]
    public async Task One_that_is_cancelled_leaves_the_line_and_takes_nothing()
    {
        using Client client = new(OneASecond);
        using CancellationTokenSource gone = new();
        await client.SendAsync();
        Task<HttpResponseMessage> leaves = client.SendAsync("/leaves", gone.Token), stays = client.SendAsync("/stays");
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves.InTime());
        await client.ServeNextAsync(inLine: 1);
        await stays.InTime();
        Assert.Equal(["/", "/stays"], client.FarSide.Paths);
        client.Advance(1);
        Assert.Equal(1, (await client.Limiter.PeekAsync("api.test", 1, TestContext.Current.CancellationToken)).Remaining);
    }

    [Fact]
    public async Task One_that_is_cancelled_while_the_other_side_is_left_alone_leaves_too()
    {
        using Client client = new(OneASecond);
        using CancellationTokenSource gone = new();
        await BlockAsync(client, 5);
        Task<HttpResponseMessage> leaves = client.SendAsync("/leaves", gone.Token), stays = client.SendAsync("/stays");
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves.InTime());
        client.Advance(5);
        await stays.InTime();
        Assert.Equal(["/blocks", "/stays"], client.FarSide.Paths);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SendAsync("/", gone.Token).InTime());
    }

    [Fact]
    public async Task The_line_is_bounded_where_the_other_side_is_left_alone_too()
    {
        using Client client = new(Limit.TokenBucket(10, Rate.PerSecond(10)), o => o.MaxWaiters = 2);
        await BlockAsync(client, 5);
        Task<HttpResponseMessage>[] held = [client.SendAsync(), client.SendAsync()];
        Assert.True(HeadgateRefusal.Of(await client.SendAsync().InTime())!.IsLearned);
        client.Advance(5);
        foreach (Task<HttpResponseMessage> one in held) Assert.Null(HeadgateRefusal.Of(await one.InTime()));
    }

    [Fact]
    public async Task A_leaky_bucket_spaces_requests_out_even_if_they_do_not_wait_for_permits()
    {
        using Client client = new(Limit.LeakyBucket(3, Rate.PerSecond(1)), o => o.MaxWait = TimeSpan.Zero);
        Task<HttpResponseMessage>[] sent = [client.SendAsync("/0"), client.SendAsync("/1"), client.SendAsync("/2")];
        Assert.NotNull(HeadgateRefusal.Of(await client.SendAsync("/3").InTime()));
        Assert.True(sent[0].IsCompleted);
        client.Clock.AdvanceMicros(999_999);
        Assert.Equal(1, client.FarSide.Count);
        client.Clock.AdvanceMicros(1);
        await sent[1].InTime();
        Assert.Equal(2, client.FarSide.Count);
        client.Advance(1);
        await sent[2].InTime();
        Assert.Equal(["/0", "/1", "/2"], client.FarSide.Paths);
    }

    [Fact]
    public async Task One_that_is_cancelled_while_a_leaky_bucket_holds_it_gives_its_place_back()
    {
        using Client client = new(Limit.LeakyBucket(2, Rate.PerSecond(1)), o => o.MaxWait = TimeSpan.Zero);
        using CancellationTokenSource gone = new();
        await client.SendAsync();
        Task<HttpResponseMessage> leaves = client.SendAsync("/leaves", gone.Token);
        Assert.Equal(0, (await client.Limiter.PeekAsync("api.test", 1, TestContext.Current.CancellationToken)).Remaining);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves.InTime());
        Assert.Equal(1, (await client.Limiter.PeekAsync("api.test", 1, TestContext.Current.CancellationToken)).Remaining);
        Assert.Equal(1, client.FarSide.Count);
    }

    [Fact]
    public async Task A_word_of_the_other_side_while_waiting_for_a_permit_is_heeded_and_the_permit_goes_back()
    {
        using Client client = new(OneASecond, o => o.MaxWait = HeadgateHandlerOptions.MostWait);
        TaskCompletionSource late = new();
        client.FarSide.Before = _ => late.Task;
        client.FarSide.Answer = _ => FarSide.Response(HttpStatusCode.TooManyRequests, "Retry-After: 5");
        Task<HttpResponseMessage> first = client.SendAsync("/0");
        Task<HttpResponseMessage> second = client.SendAsync("/1"), third = client.SendAsync("/2");
        client.FarSide.Before = null;
        late.SetResult();
        await first.InTime();
        client.FarSide.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK);

        Task<HttpResponseMessage> fourth = client.SendAsync("/3");
        Assert.Equal(1, client.Gate.Held);
        client.Advance(1);
        // The first in the limit's line has its permit, gives it back and waits for the end of the block; so does the next.
        await Watchdog.Until(() => client.Gate.Held == 3);
        Assert.Equal(1, client.FarSide.Count);
        client.Clock.AdvanceMicros(3_999_999);
        Assert.Equal(1, client.FarSide.Count);
        client.Clock.AdvanceMicros(1);
        await Watchdog.Until(() => client.FarSide.Count == 2);
        await client.ServeNextAsync(inLine: 2);
        await client.ServeNextAsync(inLine: 1);
        await Task.WhenAll(second, third, fourth).InTime();
        Assert.Equal(["/0", "/1", "/2", "/3"], client.FarSide.Paths);
    }

    private static async Task BlockAsync(Client client, int seconds)
    {
        client.FarSide.Answer = _ => FarSide.Response(HttpStatusCode.OK, $"RateLimit: \"a\";r=0;t={seconds}");
        await client.SendAsync("/blocks");
        client.FarSide.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK);
    }
}
