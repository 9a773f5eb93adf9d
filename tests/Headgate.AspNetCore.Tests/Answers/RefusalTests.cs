using System.Text.Json;
using Headgate.Extensions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.AspNetCore.Tests.Answers;

public class RefusalTests
{
    private const string Bucket = "token_bucket(capacity=10, refill=1/s)";

    private static readonly Decision Closed = new() { Source = DecisionSource.FailClosed, RetryAfter = TimeSpan.FromSeconds(1) };

    [Fact]
    public async Task Answers_429_with_the_wait_and_problem_details()
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        await rig.AskAsync(10);
        rig.Clock.Advance(TimeSpan.FromMilliseconds(100));
        HttpContext context = await rig.RefuseAsync(await rig.AskAsync(2));
        HttpResponse response = context.Response;
        Assert.Equal(429, response.StatusCode);
        Assert.Equal("2", response.Headers.RetryAfter);
        Assert.Equal("no-store", response.Headers.CacheControl);
        Assert.Equal("\"api\";q=10;w=10", response.Headers["RateLimit-Policy"]);
        Assert.Equal("\"api\";r=0;t=2", response.Headers["RateLimit"]);
        Assert.Equal("application/problem+json", response.ContentType);
        Assert.Equal(((MemoryStream)response.Body).Length, response.ContentLength);
        JsonElement body = AnswerRig.JsonOf(context);
        Assert.Equal("https://iana.org/assignments/http-problem-types#quota-exceeded", body.GetProperty("type").GetString());
        Assert.Equal("Request cannot be satisfied as assigned quota has been exceeded", body.GetProperty("title").GetString());
        Assert.Equal(429, body.GetProperty("status").GetInt32());
        Assert.Equal("The limit 'api' is reached. Try again in 2 s.", body.GetProperty("detail").GetString());
        Assert.Equal("api", Assert.Single(body.GetProperty("violated-policies").EnumerateArray()).GetString());
        Assert.Equal(2, body.GetProperty("retry-after").GetInt64());
    }

    [Fact]
    public async Task Names_the_limit_that_refused_and_not_its_neighbours()
    {
        using AnswerRig rig = new(new RateLimitPolicy("api", Limit.Parse(Bucket)),
            new RateLimitPolicy("quota", Limit.AllOf(Limit.FixedWindow(100, TimeSpan.FromHours(1)), Limit.FixedWindow(5, TimeSpan.FromDays(1)))));
        RefusalContext? refused = null;
        HttpContext context = await rig.RefuseAsync(await rig.AskAsync(6) with { RetryAfter = TimeSpan.FromHours(23) }, new AnswerOptions
        {
            OnRefused = context =>
            {
                refused = context;
                return context.WriteDefaultBodyAsync();
            },
        });
        Assert.Equal("quota.2", Assert.Single(AnswerRig.JsonOf(context).GetProperty("violated-policies").EnumerateArray()).GetString());
        Assert.Equal("82800", context.Response.Headers.RetryAfter);
        Assert.Equal("quota", refused!.Policy);
        Assert.Equal(["quota.2"], refused.ViolatedPolicies);
        Assert.Equal(82_800, refused.RetryAfterSeconds);
        Assert.False(refused.IsGrpc);
    }

    [Fact]
    public async Task A_request_that_can_never_be_admitted_is_told_no_wait()
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        HttpContext context = await rig.RefuseAsync(await rig.AskAsync(11));
        Assert.Equal(429, context.Response.StatusCode);
        Assert.False(context.Response.Headers.ContainsKey("Retry-After"));
        JsonElement body = AnswerRig.JsonOf(context);
        Assert.Equal("This request costs more than the limit 'api' ever admits.", body.GetProperty("detail").GetString());
        Assert.False(body.TryGetProperty("retry-after", out _));
        Assert.Equal("\"api\";r=10", context.Response.Headers["RateLimit"]);
    }

    [Fact]
    public async Task A_store_that_is_down_and_closed_is_503()
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        HttpContext context = await rig.RefuseAsync(Closed, AnswerOptions.Default with { StatusCode = 420 });
        Assert.Equal(503, context.Response.StatusCode);
        Assert.Equal("1", context.Response.Headers.RetryAfter);
        Assert.False(context.Response.Headers.ContainsKey("RateLimit"));
        JsonElement body = AnswerRig.JsonOf(context);
        Assert.Equal("https://iana.org/assignments/http-problem-types#temporary-reduced-capacity", body.GetProperty("type").GetString());
        Assert.Equal(503, body.GetProperty("status").GetInt32());
        Assert.False(body.TryGetProperty("violated-policies", out _));
    }

    /// <summary>A full line, for example, denies without a limit.</summary>
    [Fact]
    public async Task A_denial_by_nobody_is_told_as_one()
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        HttpContext context = await rig.RefuseAsync(default);
        Assert.Equal((429, "1"), (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString()));
        Assert.Empty(AnswerRig.JsonOf(context).GetProperty("violated-policies").EnumerateArray());
    }

    [Fact]
    public async Task Names_are_escaped_in_the_body()
    {
        const string Name = "a & <b>'c' %0d%0a é";
        using AnswerRig rig = AnswerRig.Of(Bucket, Name.Replace("é", ""));
        string name = rig.Policies[0].Name;
        await rig.AskAsync(10);
        Decision decision = await rig.AskAsync();
        HttpContext context = await rig.RefuseAsync(decision);
        Assert.DoesNotContain('<', AnswerRig.BodyOf(context));
        Assert.Equal(name, AnswerRig.JsonOf(context).GetProperty("violated-policies")[0].GetString());
        Assert.Equal(((MemoryStream)context.Response.Body).Length, context.Response.ContentLength);
        Assert.Contains(name, AnswerRig.JsonOf(context).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task HEAD_gets_the_fields_of_the_body_and_no_body()
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        await rig.AskAsync(10);
        Decision decision = await rig.AskAsync();
        HttpContext get = await rig.RefuseAsync(decision);
        HttpContext head = await rig.RefuseAsync(decision, context: AnswerRig.Request("HEAD"));
        Assert.Equal("", AnswerRig.BodyOf(head));
        Assert.Equal(get.Response.Headers.Select(field => (field.Key, field.Value.ToString())), head.Response.Headers.Select(field => (field.Key, field.Value.ToString())));
        HttpContext template = await rig.RefuseAsync(decision, new AnswerOptions { Body = RefusalBody.Template(json: "{}") }, AnswerRig.Request("HEAD"));
        Assert.Equal(("", 2L), (AnswerRig.BodyOf(template), template.Response.ContentLength));
        await rig.RefuseAsync(decision, new AnswerOptions { WriteBody = _ => throw new InvalidOperationException("asked for a body") }, AnswerRig.Request("HEAD"));
    }

    [Fact]
    public async Task What_described_another_answer_is_gone_and_the_rest_stays()
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        DefaultHttpContext context = AnswerRig.Request();
        IHeaderDictionary headers = context.Response.Headers;
        headers.ETag = "\"1\"";
        headers.ContentEncoding = "gzip";
        headers.CacheControl = "public, max-age=600";
        headers.Expires = "0";
        headers.AccessControlAllowOrigin = "https://example.org";
        await rig.AskAsync(10);
        await rig.RefuseAsync(await rig.AskAsync(), context: context);
        Assert.Equal(["Access-Control-Allow-Origin", "Cache-Control", "Content-Length", "Content-Type", "RateLimit", "RateLimit-Policy", "Retry-After"], headers.Keys.Order());
        Assert.Equal("no-store", headers.CacheControl);
    }

    [Fact]
    public async Task A_response_that_has_started_is_aborted()
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        DefaultHttpContext context = AnswerRig.Request();
        Lifetime lifetime = new();
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        context.Features.Set<IHttpResponseFeature>(new StartedResponse());
        await rig.RefuseAsync(Closed, new AnswerOptions { OnRefused = _ => throw new InvalidOperationException("asked after the start") }, context);
        Assert.True(lifetime.IsAborted);
        Assert.Empty(context.Response.Headers);
    }

    [Fact]
    public async Task Without_a_body_nothing_of_one_is_said()
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        HttpContext context = await rig.RefuseAsync(Closed, new AnswerOptions { Body = RefusalBody.None, RetryAfter = false });
        Assert.Equal("", AnswerRig.BodyOf(context));
        Assert.Null(context.Response.ContentType);
        Assert.Null(context.Response.ContentLength);
        Assert.False(context.Response.Headers.ContainsKey("Retry-After"));
    }

    [Fact]
    public async Task Refusals_are_the_same_however_long_the_wait()
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        foreach (long seconds in (long[])[1, 9, 10, 99, 100, 86_400, 36_525L * 86_400])
        {
            HttpContext context = await rig.RefuseAsync(new Decision { DecidedBy = "api", RetryAfter = TimeSpan.FromSeconds(seconds) });
            Assert.Equal(seconds, AnswerRig.JsonOf(context).GetProperty("retry-after").GetInt64());
            Assert.Equal(((MemoryStream)context.Response.Body).Length, context.Response.ContentLength);
        }
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsAborted = true;
    }
}
