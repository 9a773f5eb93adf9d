using Headgate.AspNetCore.Answers;
using Headgate.Extensions;
using Headgate.Extensions.Policies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Headgate.AspNetCore.Tests.Answers;

public class FieldTests
{
    private const string Bucket = "token_bucket(capacity=10, refill=1/s)";

    [Fact]
    public async Task Says_the_quota_and_what_is_left_of_it()
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        HttpContext context = AnswerRig.Request();
        new AnswerWriter(AnswerOptions.Default).WriteFields(context, rig.Limits[0], await rig.AskAsync(3));
        Assert.Equal("\"api\";q=10;w=10", context.Response.Headers["RateLimit-Policy"]);
        Assert.Equal("\"api\";r=7;t=3", context.Response.Headers["RateLimit"]);
        Assert.Equal(2, context.Response.Headers.Count);
    }

    [Fact]
    public async Task Of_several_policies_all_are_listed_and_the_one_that_decided_is_told()
    {
        using AnswerRig rig = new(new RateLimitPolicy("api", Limit.Parse(Bucket)), new RateLimitPolicy("dark", Limit.Concurrency(1)) { Shadow = true },
            new RateLimitPolicy("daily", Limit.FixedWindow(5, TimeSpan.FromDays(1))));
        AnswerWriter writer = new(AnswerOptions.Default);
        for (int i = 4; i >= 2; i--)
        {
            HttpContext context = AnswerRig.Request();
            Decision decision = await rig.AskAsync();
            writer.WriteFields(context, rig.Limits, decision);
            Assert.Equal("\"api\";q=10;w=10, \"daily\";q=5;w=86400", context.Response.Headers["RateLimit-Policy"]);
            Assert.Equal($"\"daily\";r={i};t=86400", context.Response.Headers["RateLimit"]);
        }
    }

    /// <summary>Combinations are remembered by their limits and their order, and mixed up with no other.</summary>
    [Fact]
    public async Task Combinations_of_policies_are_told_apart()
    {
        using AnswerRig rig = new([.. Enumerable.Range(0, 40).Select(i => new RateLimitPolicy($"p{i}", Limit.FixedWindow(5, TimeSpan.FromHours(1))))]);
        AnswerWriter writer = new(AnswerOptions.Default);
        Decision decision = await rig.AskAsync();
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 40; i++)
            {
                for (int j = 0; j < 40; j++)
                {
                    HttpContext context = new DefaultHttpContext();
                    writer.WriteFields(context, [rig.Limits[i], rig.Limits[j]], decision);
                    Assert.Equal($"\"p{i}\";q=5;w=3600, \"p{j}\";q=5;w=3600", context.Response.Headers["RateLimit-Policy"]);
                }
            }
        }
    }

    [Fact]
    public async Task A_refusal_tells_the_wait_and_not_the_refill()
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        await rig.AskAsync(10);
        HttpContext context = AnswerRig.Request();
        new AnswerWriter(AnswerOptions.Default).WriteFields(context, rig.Limits[0], await rig.AskAsync(2));
        Assert.Equal("\"api\";r=0;t=2", context.Response.Headers["RateLimit"]);
    }

    [Fact]
    public async Task Fields_replace_what_was_there()
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        HttpContext context = AnswerRig.Request();
        AnswerWriter writer = new(AnswerOptions.Default with { LegacyFields = LegacyFields.ResetInSeconds });
        context.Response.Headers.Append("RateLimit", "\"upstream\";r=1");
        context.Response.Headers.Append("X-RateLimit-Limit", "1");
        Decision decision = await rig.AskAsync();
        for (int i = 0; i < 3; i++) writer.WriteFields(context, rig.Limits, decision);
        Assert.Equal("\"api\";r=9;t=1", Assert.Single(context.Response.Headers["RateLimit"].ToArray()));
        Assert.Single(context.Response.Headers["RateLimit-Policy"].ToArray());
        Assert.Equal("10", Assert.Single(context.Response.Headers["X-RateLimit-Limit"].ToArray()));
    }

    [Theory]
    [InlineData(DecisionSource.FailOpen)]
    [InlineData(DecisionSource.FailClosed)]
    public void Where_nobody_decided_nothing_is_said_of_what_is_left(DecisionSource source)
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        HttpContext context = AnswerRig.Request();
        AnswerWriter writer = new(AnswerOptions.Default with { LegacyFields = LegacyFields.ResetInSeconds });
        writer.WriteFields(context, rig.Limits[0], new Decision { IsAllowed = true, DecidedBy = "api", Remaining = 5, Limit = 10 });
        writer.WriteFields(context, rig.Limits[0], new Decision { IsAllowed = true, Source = source });
        Assert.Equal("\"api\";q=10;w=10", context.Response.Headers["RateLimit-Policy"]);
        Assert.Equal(["RateLimit-Policy"], context.Response.Headers.Keys);
    }

    [Fact]
    public async Task A_policy_in_shadow_is_not_told_unless_asked_for()
    {
        using AnswerRig rig = new(new RateLimitPolicy("dark", Limit.FixedWindow(1, TimeSpan.FromHours(1))) { Shadow = true });
        await rig.AskAsync();
        Decision decision = await rig.AskAsync();
        HttpContext silent = AnswerRig.Request();
        new AnswerWriter(AnswerOptions.Default).WriteFields(silent, rig.Limits[0], decision);
        Assert.Empty(silent.Response.Headers);
        HttpContext told = AnswerRig.Request();
        new AnswerWriter(AnswerOptions.Default with { ShadowHeader = "X-RateLimit-Shadow" }).WriteFields(told, rig.Limits, decision);
        Assert.Equal("\"dark\"", told.Response.Headers["X-RateLimit-Shadow"]);
        Assert.Single(told.Response.Headers);
    }

    [Theory]
    [InlineData(LegacyFields.ResetInSeconds, "4")]
    [InlineData(LegacyFields.ResetAtUnixTime, "1767225604")]
    public async Task Legacy_fields_come_on_request(LegacyFields legacy, string reset)
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        HttpContext context = AnswerRig.Request();
        new AnswerWriter(new AnswerOptions { LegacyFields = legacy, RateLimitFields = false }).WriteFields(context, rig.Limits[0], await rig.AskAsync(4));
        Assert.Equal(("10", "6", reset), (context.Response.Headers["X-RateLimit-Limit"].ToString(), context.Response.Headers["X-RateLimit-Remaining"].ToString(), context.Response.Headers["X-RateLimit-Reset"].ToString()));
        Assert.Equal(3, context.Response.Headers.Count);
    }

    [Fact]
    public async Task A_response_that_has_started_is_left_alone()
    {
        using AnswerRig rig = AnswerRig.Of(Bucket);
        HttpContext context = AnswerRig.Request();
        context.Features.Set<IHttpResponseFeature>(new StartedResponse());
        AnswerWriter writer = new(AnswerOptions.Default);
        Decision decision = await rig.AskAsync();
        writer.WriteFields(context, rig.Limits[0], decision);
        writer.WriteFields(context, rig.Limits, decision);
        Assert.Empty(context.Response.Headers);
    }

    /// <summary>What an allowed request costs again and again, with one policy and with two.</summary>
    [Theory]
    [InlineData(1, LegacyFields.None)]
    [InlineData(2, LegacyFields.None)]
    [InlineData(2, LegacyFields.ResetInSeconds)]
    [InlineData(1, LegacyFields.ResetAtUnixTime)]
    public async Task Values_that_repeat_cost_no_memory(int policies, LegacyFields legacy)
    {
        using AnswerRig rig = new([.. Enumerable.Range(0, policies).Select(i => new RateLimitPolicy($"p{i}", Limit.FixedWindow(5_000, TimeSpan.FromHours(1))))]);
        AnswerWriter writer = new(AnswerOptions.Default with { LegacyFields = legacy });
        ActiveLimit[] limits = rig.Limits;
        HttpContext context = new DefaultHttpContext();
        Decision decision = await rig.AskAsync();
        Measure();
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Measure()));

        long Measure()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1_000; i++) writer.WriteFields(context, limits, decision with { Remaining = 4_000 + (i % 8) });
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
