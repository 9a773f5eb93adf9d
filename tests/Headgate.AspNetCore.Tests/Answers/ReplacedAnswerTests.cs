using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Headgate.AspNetCore.Tests.Answers;

public class ReplacedAnswerTests
{
    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    private static readonly Decision Denied = new() { DecidedBy = "a & <b>", Limit = 10, Remaining = 1, RetryAfter = TimeSpan.FromSeconds(2.5), ResetAfter = TimeSpan.FromSeconds(9) };

    [Fact]
    public async Task A_JSON_template_is_filled_in_and_escaped()
    {
        HttpContext context = await RefuseAsync(new AnswerOptions
        {
            Body = RefusalBody.Template(json: """{"error":{"code":{status},"by":"{policy}","wait":{retry_after_seconds},"left":{remaining},"of":{limit},"full":{reset_after_seconds}}}"""),
        });
        Assert.Equal("application/json", context.Response.ContentType);
        Assert.DoesNotContain('<', AnswerRig.BodyOf(context));
        JsonElement error = AnswerRig.JsonOf(context).GetProperty("error");
        Assert.Equal("a & <b>", error.GetProperty("by").GetString());
        Assert.Equal([429, 3, 1, 10, 9], new[] { "code", "wait", "left", "of", "full" }.Select(name => error.GetProperty(name).GetInt32()));
    }

    [Fact]
    public async Task A_number_that_there_is_not_is_null()
    {
        HttpContext context = await RefuseAsync(new AnswerOptions { Body = RefusalBody.Template(json: """{"wait":{retry_after_seconds}}""") }, Denied with { RetryAfter = Timeout.InfiniteTimeSpan });
        Assert.Equal(JsonValueKind.Null, AnswerRig.JsonOf(context).GetProperty("wait").ValueKind);
    }

    [Fact]
    public async Task An_HTML_template_is_escaped_as_HTML()
    {
        HttpContext context = await RefuseAsync(new AnswerOptions { Body = RefusalBody.Template(html: "<p style='x { y: z }'>{policy}: {retry_after_seconds}</p>") }, accept: Browser);
        Assert.Equal("text/html; charset=utf-8", context.Response.ContentType);
        Assert.Equal("<p style='x { y: z }'>a &amp; &lt;b&gt;: 3</p>", AnswerRig.BodyOf(context));
    }

    [Theory]
    [InlineData(Browser, true)]
    [InlineData("text/html", true)]
    [InlineData("text/html, */*", true)]
    [InlineData("text/*", true)]
    [InlineData("text/html;q=0.5, application/json;q=0.4", true)]
    [InlineData("text/html;q=0.5, application/json", false)]
    [InlineData("text/html;q=0.5, application/problem+json", false)]
    [InlineData("text/html, application/json", false)]
    [InlineData("text/html;q=0, */*", false)]
    [InlineData("text/html;q=0", false)]
    [InlineData("*/*", false)]
    [InlineData("application/json", false)]
    [InlineData("", false)]
    [InlineData("nonsense;;;=", false)]
    [InlineData(null, false)]
    public async Task HTML_is_for_who_prefers_it(string? accept, bool html)
    {
        HttpContext both = await RefuseAsync(new AnswerOptions { Body = RefusalBody.Template(html: "<p>", json: "[]") }, accept: accept);
        Assert.Equal(html ? "<p>" : "[]", AnswerRig.BodyOf(both));
        HttpContext only = await RefuseAsync(new AnswerOptions { Body = RefusalBody.Template(html: "<p>") }, accept: accept);
        Assert.Equal(html ? "text/html; charset=utf-8" : "application/problem+json", only.Response.ContentType);
    }

    [Fact]
    public async Task Status_fields_and_body_are_replaced_one_by_one()
    {
        HttpContext status = await RefuseAsync(new AnswerOptions { StatusOf = refused => refused.Policy == "api" ? 503 : 400 });
        Assert.Equal(503, status.Response.StatusCode);
        Assert.Equal(503, AnswerRig.JsonOf(status).GetProperty("status").GetInt32());

        HttpContext headers = await RefuseAsync(new AnswerOptions
        {
            SetHeaders = refused =>
            {
                refused.HttpContext.Response.Headers.Remove("RateLimit");
                refused.HttpContext.Response.Headers["X-Wait"] = $"{refused.RetryAfterSeconds}";
            },
        });
        Assert.Equal("3", headers.Response.Headers["X-Wait"]);
        Assert.False(headers.Response.Headers.ContainsKey("RateLimit"));
        Assert.Equal("application/problem+json", headers.Response.ContentType);

        HttpContext body = await RefuseAsync(new AnswerOptions { WriteBody = refused => new ValueTask(refused.HttpContext.Response.WriteAsync("slow down")) });
        Assert.Equal((429, "3", "slow down"), (body.Response.StatusCode, body.Response.Headers.RetryAfter.ToString(), AnswerRig.BodyOf(body)));
    }

    [Fact]
    public async Task A_delegate_may_leave_the_body_as_it_is()
    {
        int asked = 0;
        HttpContext context = await RefuseAsync(new AnswerOptions
        {
            WriteBody = refused =>
            {
                asked++;
                return refused.WriteDefaultBodyAsync();
            },
        });
        Assert.Equal(1, asked);
        Assert.Equal(429, AnswerRig.JsonOf(context).GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Everything_is_replaced_at_once()
    {
        HttpContext context = await RefuseAsync(new AnswerOptions
        {
            OnRefused = async refused =>
            {
                refused.HttpContext.Response.Headers.Clear();
                refused.HttpContext.Response.StatusCode = 200;
                await refused.HttpContext.Response.WriteAsync("a teapot");
            },
        });
        Assert.Equal((200, "a teapot"), (context.Response.StatusCode, AnswerRig.BodyOf(context)));
        Assert.Empty(context.Response.Headers);
    }

    /// <summary>A delegate that only looks must not turn a refusal into a 200.</summary>
    [Fact]
    public async Task A_delegate_that_does_nothing_still_refuses()
    {
        HttpContext context = await RefuseAsync(new AnswerOptions { OnRefused = _ => default });
        Assert.Equal((429, "3", ""), (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString(), AnswerRig.BodyOf(context)));
    }

    [Fact]
    public async Task A_delegate_may_change_the_status_and_have_the_body_written()
    {
        HttpContext context = await RefuseAsync(new AnswerOptions
        {
            OnRefused = refused =>
            {
                refused.HttpContext.Response.StatusCode = 420;
                return refused.WriteDefaultBodyAsync();
            },
        });
        Assert.Equal(420, AnswerRig.JsonOf(context).GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_status_that_is_no_refusal_is_an_error_of_the_application()
    {
        ArgumentOutOfRangeException error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RefuseAsync(new AnswerOptions { StatusOf = _ => 200 }));
        Assert.Contains("StatusOf is 200; it must be between 400 and 599", error.Message);
    }

    private static async Task<HttpContext> RefuseAsync(AnswerOptions options, Decision? decision = null, string? accept = null)
    {
        using AnswerRig rig = AnswerRig.Of("token_bucket(capacity=10, refill=1/s, name=\"a & <b>\")");
        return await rig.RefuseAsync(decision ?? Denied, options, AnswerRig.Request(accept: accept));
    }
}
