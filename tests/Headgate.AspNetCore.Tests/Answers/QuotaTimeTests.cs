using Headgate.AspNetCore.Answers;
using Headgate.Extensions.Policies;

namespace Headgate.AspNetCore.Tests.Answers;

/// <summary>The time in the RateLimit field is the named limit's own: what a client may believe.</summary>
public class QuotaTimeTests
{
    [Theory]
    [InlineData("token_bucket(capacity=3, refill=1/min)")]
    [InlineData("token_bucket(capacity=7, refill=3/s)")]
    [InlineData("leaky_bucket(capacity=5, leak=2/min)")]
    [InlineData("fixed_window(permits=4, window=1h)")]
    public async Task With_nothing_left_it_is_the_time_until_there_is_something_and_no_microsecond_more(string text)
    {
        using AnswerRig rig = AnswerRig.Of(text);
        ActiveLimit limit = rig.Limits[0];
        Random random = new(7);
        int empty = 0;
        for (int i = 0; i < 400; i++)
        {
            rig.Clock.AdvanceMicros(random.Next(60_000_000));
            long left = (await limit.Limiter.PeekAsync("k", 0)).Remaining;
            if (left == 0) continue;
            Decision decision = await limit.Limiter.AcquireAsync("k", left);
            Assert.True(decision.IsAllowed && decision.Remaining == 0);
            TimeSpan time = ItemOf(limit).QuotaTime(decision, isAlone: true);
            rig.Clock.Advance(time - TimeSpan.FromMicroseconds(1));
            Assert.False((await limit.Limiter.PeekAsync("k")).IsAllowed);
            rig.Clock.AdvanceMicros(1);
            Assert.True((await limit.Limiter.PeekAsync("k")).IsAllowed);
            empty++;
        }

        Assert.True(empty > 50);
    }

    [Fact]
    public async Task Of_several_limits_it_is_never_another_one_s()
    {
        using AnswerRig rig = AnswerRig.Of("all_of(token_bucket(capacity=3, refill=1/min); fixed_window(permits=1000, window=1d))");
        ActiveLimit limit = rig.Limits[0];
        for (int left = 2; left >= 0; left--)
        {
            Decision decision = await limit.Limiter.AcquireAsync("k");
            Assert.Equal(left, decision.Remaining);
            TimeSpan time = ItemOf(limit, decision.DecidedBy!).QuotaTime(decision, isAlone: false);
            // All back of the bucket; or, with nothing left, the next one.
            Assert.Equal(TimeSpan.FromMinutes(left == 0 ? 1 : 3 - left), time);
        }
    }

    [Theory]
    [InlineData("sliding_log(permits=1, window=1h)")]
    [InlineData("sliding_window(permits=1, window=1h)")]
    [InlineData("concurrency(permits=1)")]
    public async Task Where_the_decision_does_not_tell_nothing_is_said(string text)
    {
        using AnswerRig rig = AnswerRig.Of(text);
        ActiveLimit limit = rig.Limits[0];
        Decision decision = await limit.Limiter.AcquireAsync("k");
        Assert.True(decision.IsAllowed && decision.Remaining == 0);
        Assert.Equal(TimeSpan.Zero, ItemOf(limit).QuotaTime(decision, isAlone: true));
    }

    private static LimitItem ItemOf(ActiveLimit limit, string label = "api") => LimitFields.Of(limit, Draft11Text.Instance).Find(label)!;
}
