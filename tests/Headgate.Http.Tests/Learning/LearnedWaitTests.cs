using System.Net;

namespace Headgate.Http.Tests.Learning;

/// <summary>What an answer said is heeded: for its key, for its time, and never to loosen anything.</summary>
public class LearnedWaitTests
{
    private static readonly Limit Wide = Limit.TokenBucket(1000, Rate.PerSecond(1000));

    private static readonly HttpStatusCode TooMany = HttpStatusCode.TooManyRequests;

    [Fact]
    public async Task Stays_away_from_the_key_until_the_time_said_and_from_no_other()
    {
        using Client client = new(Wide, o => o.MaxWait = TimeSpan.Zero);
        await LearnAsync(client, "Retry-After: 10");
        client.Advance(4);
        HttpResponseMessage refused = await client.SendAsync();
        Assert.Equal(TooMany, refused.StatusCode);
        Assert.True(HeadgateRefusal.Of(refused)!.IsLearned);
        Assert.Equal(TimeSpan.FromSeconds(6), refused.Headers.RetryAfter!.Delta);
        Assert.Null(HeadgateRefusal.Of(await client.SendAsync("http://other.test/")));
        client.Clock.AdvanceMicros(5_999_999);
        Assert.NotNull(HeadgateRefusal.Of(await client.SendAsync()));
        client.Clock.AdvanceMicros(1);
        Assert.Null(HeadgateRefusal.Of(await client.SendAsync()));
    }

    [Fact]
    public async Task A_shorter_time_does_not_shorten_a_longer_one()
    {
        using Client client = new(Wide, o => o.MaxWait = TimeSpan.Zero);
        TaskCompletionSource late = new();
        client.FarSide.Before = _ => late.Task;
        client.FarSide.Answer = _ => FarSide.Response(HttpStatusCode.OK, "RateLimit: \"a\";r=0;t=2");
        Task<HttpResponseMessage> overtaken = client.SendAsync();
        client.FarSide.Before = null;
        await LearnAsync(client, "Retry-After: 10");
        client.FarSide.Answer = _ => FarSide.Response(HttpStatusCode.OK, "RateLimit: \"a\";r=0;t=2");
        late.SetResult();
        await overtaken.InTime();
        client.Advance(9);
        Assert.NotNull(HeadgateRefusal.Of(await client.SendAsync()));
    }

    [Fact]
    public async Task A_generous_answer_does_not_loosen_our_own_limit()
    {
        using Client client = new(Limit.TokenBucket(1, Rate.PerSecond(1)), o => o.MaxWait = TimeSpan.Zero);
        client.FarSide.Answer = _ => FarSide.Response(HttpStatusCode.OK, "RateLimit: \"a\";r=1000;t=1");
        await client.SendAsync();
        Assert.NotNull(HeadgateRefusal.Of(await client.SendAsync()));
    }

    [Fact]
    public async Task What_is_learned_is_bounded_in_time()
    {
        using Client client = new(Wide, o => (o.MaxWait, o.MaxLearnedWait) = (TimeSpan.Zero, TimeSpan.FromSeconds(20)), jitter: 0.99);
        await LearnAsync(client, "Retry-After: 86400");
        Assert.Equal(TimeSpan.FromSeconds(20), HeadgateRefusal.Of(await client.SendAsync())!.RetryAfter);
        client.Advance(20);
        Assert.Null(HeadgateRefusal.Of(await client.SendAsync()));
    }

    [Fact]
    public async Task Jitter_lengthens_the_time_and_never_shortens_it()
    {
        using Client client = new(Wide, o => (o.MaxWait, o.LearnedJitter) = (TimeSpan.Zero, 0.2), jitter: 0.5);
        await LearnAsync(client, "Retry-After: 10");
        Assert.Equal(TimeSpan.FromSeconds(11), HeadgateRefusal.Of(await client.SendAsync())!.RetryAfter);
    }

    [Fact]
    public async Task Keys_beyond_the_bound_are_not_learned_and_expired_ones_make_room()
    {
        using Client client = new(Wide, o => (o.MaxWait, o.MaxLearnedKeys) = (TimeSpan.Zero, 2));
        foreach (string host in (string[])["http://a.test/", "http://b.test/", "http://c.test/"]) await LearnAsync(client, "Retry-After: 10", host);
        client.FarSide.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK);
        Assert.NotNull(HeadgateRefusal.Of(await client.SendAsync("http://a.test/")));
        Assert.NotNull(HeadgateRefusal.Of(await client.SendAsync("http://b.test/")));
        Assert.Null(HeadgateRefusal.Of(await client.SendAsync("http://c.test/")));
        client.Advance(10);
        await LearnAsync(client, "Retry-After: 10", "http://c.test/");
        Assert.NotNull(HeadgateRefusal.Of(await client.SendAsync("http://c.test/")));
        Assert.Null(HeadgateRefusal.Of(await client.SendAsync("http://a.test/")));
    }

    [Fact]
    public async Task Learns_nothing_if_told_so()
    {
        using Client client = new(Wide, o => (o.MaxWait, o.Learn) = (TimeSpan.Zero, false));
        await LearnAsync(client, "Retry-After: 10");
        Assert.Null(HeadgateRefusal.Of(await client.SendAsync()));
    }

    [Fact]
    public async Task A_429_is_handed_on_and_not_sent_again()
    {
        using Client client = new(Wide);
        HttpResponseMessage answer = await LearnAsync(client, "Retry-After: 1");
        Assert.Equal(TooMany, answer.StatusCode);
        Assert.Null(HeadgateRefusal.Of(answer));
        client.Advance(100);
        Assert.Equal(1, client.FarSide.Count);
    }

    [Fact]
    public async Task Requests_wait_out_the_time_if_it_is_within_theirs()
    {
        using Client client = new(Wide, o => o.MaxWait = TimeSpan.FromSeconds(10));
        await LearnAsync(client, "Retry-After: 10");
        Task<HttpResponseMessage> waiting = client.SendAsync();
        client.Clock.AdvanceMicros(9_999_999);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, client.FarSide.Count);
        client.Clock.AdvanceMicros(1);
        Assert.Null(HeadgateRefusal.Of(await waiting.InTime()));

        await LearnAsync(client, "Retry-After: 11");
        Assert.Equal(TimeSpan.FromSeconds(11), HeadgateRefusal.Of(await client.SendAsync().InTime())!.RetryAfter);
    }

    [Fact]
    public async Task A_longer_word_refuses_at_once_those_that_wait_and_cannot_wait_so_long()
    {
        using Client client = new(Wide, o => o.MaxWait = TimeSpan.FromSeconds(10));
        TaskCompletionSource late = new();
        client.FarSide.Before = _ => late.Task;
        client.FarSide.Answer = _ => FarSide.Response(TooMany, "Retry-After: 60");
        Task<HttpResponseMessage> slow = client.SendAsync();
        client.FarSide.Before = null;
        await LearnAsync(client, "Retry-After: 5");
        Task<HttpResponseMessage> waiting = client.SendAsync();
        client.Advance(1);
        Assert.False(waiting.IsCompleted);
        client.FarSide.Answer = _ => FarSide.Response(TooMany, "Retry-After: 60");
        late.SetResult();
        await slow.InTime();
        Assert.Equal(TimeSpan.FromSeconds(60), HeadgateRefusal.Of(await waiting.InTime())!.RetryAfter);
    }

    private static async Task<HttpResponseMessage> LearnAsync(Client client, string field, string path = "/")
    {
        client.FarSide.Answer = _ => FarSide.Response(TooMany, field);
        HttpResponseMessage answer = await client.SendAsync(path);
        client.FarSide.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK);
        return answer;
    }
}
