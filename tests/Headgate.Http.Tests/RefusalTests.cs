using System.Net;
using System.Text.Json;

namespace Headgate.Http.Tests;

public class RefusalTests
{
    private static readonly Limit OneASecond = Limit.TokenBucket(1, Rate.PerSecond(1)) with { Name = "one" };

    [Fact]
    public async Task Answers_429_without_sending_when_the_limit_is_reached()
    {
        using Client client = new(Limit.TokenBucket(1, Rate.Parse("1/1500ms")) with { Name = "one" }, o => o.MaxWait = TimeSpan.Zero);
        using HttpResponseMessage first = await client.SendAsync();
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Null(HeadgateRefusal.Of(first));

        using HttpResponseMessage refused = await client.SendAsync("/second");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(1, client.FarSide.Count);
        Assert.Equal("Rate Limited Locally", refused.ReasonPhrase);
        Assert.Equal(TimeSpan.FromSeconds(2), refused.Headers.RetryAfter!.Delta);
        Assert.Equal("/second", refused.RequestMessage!.RequestUri!.AbsolutePath);
        HeadgateRefusal why = HeadgateRefusal.Of(refused)!;
        Assert.Equal(TimeSpan.FromSeconds(1.5), why.RetryAfter);
        Assert.False(why.IsLearned);
        Assert.Equal("one", why.Decision.DecidedBy);
    }

    [Fact]
    public async Task The_body_is_a_problem_that_names_the_limit()
    {
        using Client client = new(OneASecond, o => o.MaxWait = TimeSpan.Zero);
        await client.SendAsync();
        using HttpResponseMessage refused = await client.SendAsync();
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        using JsonDocument problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("https://iana.org/assignments/http-problem-types#quota-exceeded", problem.RootElement.GetProperty("type").GetString());
        Assert.Equal(429, problem.RootElement.GetProperty("status").GetInt32());
        Assert.Equal("one", problem.RootElement.GetProperty("violated-policies")[0].GetString());
        Assert.Contains("Try again in 1 s.", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Throws_what_HttpClient_throws_if_asked_to()
    {
        using Client client = new(OneASecond, o => (o.MaxWait, o.ThrowWhenRefused) = (TimeSpan.Zero, true));
        await client.SendAsync();
        RateLimitedException refused = await Assert.ThrowsAsync<RateLimitedException>(() => client.SendAsync());
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.RetryAfter);
        Assert.Equal("one", refused.Refusal!.Decision.DecidedBy);
        Assert.Equal(1, client.FarSide.Count);
    }

    [Fact]
    public async Task A_cost_that_can_never_be_admitted_is_refused_at_once_and_without_a_time()
    {
        using Client client = new(OneASecond, o => o.Cost = 2);
        using HttpResponseMessage refused = await client.SendAsync().InTime();
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Null(refused.Headers.RetryAfter);
        Assert.Equal(Timeout.InfiniteTimeSpan, HeadgateRefusal.Of(refused)!.RetryAfter);
        Assert.Contains("raise the limit or lower the cost", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Costs_what_the_delegate_says()
    {
        using Client client = new(Limit.TokenBucket(10, Rate.PerSecond(1)), o =>
        {
            o.CostOf = request => request.RequestUri!.AbsolutePath.Length;
            o.MaxWait = TimeSpan.Zero;
        });
        await client.SendAsync("/23456789");
        Assert.Equal(1, (await client.Limiter.PeekAsync("api.test", 1, TestContext.Current.CancellationToken)).Remaining);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.SendAsync("/2")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync("/")).StatusCode);
    }

    [Fact]
    public async Task A_delegate_that_answers_nonsense_is_told_so()
    {
        using Client cost = new(OneASecond, o => o.CostOf = _ => -1);
        Assert.Contains("CostOf returned -1", (await Assert.ThrowsAsync<InvalidOperationException>(() => cost.SendAsync())).Message, StringComparison.Ordinal);
        using Client key = new(OneASecond, o => o.PartitionKey = _ => null!);
        Assert.Contains("PartitionKey returned null", (await Assert.ThrowsAsync<InvalidOperationException>(() => key.SendAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_request_keeps_its_permit_because_the_other_side_may_have_counted_it()
    {
        using Client client = new(OneASecond, o => o.MaxWait = TimeSpan.Zero);
        client.FarSide.Answer = _ => throw new HttpRequestException("reset");
        await Assert.ThrowsAsync<HttpRequestException>(() => client.SendAsync());
        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.SendAsync()).StatusCode);
    }

    [Fact]
    public async Task Synchronous_sending_keeps_to_the_limit_without_waiting_and_learns()
    {
        using Client client = new(Limit.TokenBucket(2, Rate.PerSecond(1)));
        Assert.Equal(HttpStatusCode.OK, client.Send().StatusCode);
        client.FarSide.Answer = _ => FarSide.Response(HttpStatusCode.ServiceUnavailable, "Retry-After: 10");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, client.Send().StatusCode);
        client.Advance(9);
        Assert.True(HeadgateRefusal.Of(client.Send())!.IsLearned);
        client.Advance(1);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, client.Send().StatusCode);
        Assert.Equal(3, client.FarSide.Count);

        using Client spaced = new(Limit.LeakyBucket(2, Rate.PerSecond(1)));
        Assert.Contains("Use SendAsync", Assert.Throws<NotSupportedException>(() => spaced.Send()).Message, StringComparison.Ordinal);
        Assert.Equal(0, spaced.FarSide.Count);
        await Task.CompletedTask;
    }
}
