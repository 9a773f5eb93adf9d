using System.Threading.RateLimiting;
using Headgate.Redis;
using Polly;

namespace Headgate.Extensions.Tests.RateLimiting;

/// <summary>A Headgate limit in a Polly pipeline: asked by AcquireAsync once for each execution, as Polly's rate limiter strategy does.</summary>
public sealed class PollyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pipeline_runs_as_often_as_the_limit_allows_and_each_run_costs_one(bool onRedis)
    {
        await using RedisStore? redis = onRedis ? await TestRedis.StoreAsync() : null;
        using MemoryStore memory = new();
        Limiter three = new(Limit.TokenBucket(3, Rate.PerHour(1)), (IRateLimitStore?)redis ?? memory);
        using RateLimiter limiter = three.AsRateLimiter("partner");
        ResiliencePipeline pipeline = new ResiliencePipelineBuilder().AddStrategy(_ => new LimitStrategy(limiter), new LimitStrategyOptions()).Build();
        int ran = 0;
        for (int i = 0; i < 3; i++) await pipeline.ExecuteAsync(_ => Run(), TestContext.Current.CancellationToken);
        LimitedException refused = await Assert.ThrowsAsync<LimitedException>(async () =>
            await pipeline.ExecuteAsync(_ => Run(), TestContext.Current.CancellationToken));
        Assert.Equal(3, ran);
        Assert.NotNull(refused.RetryAfter);
        Assert.InRange(refused.RetryAfter.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));

        ValueTask Run()
        {
            ran++;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class LimitStrategyOptions : ResilienceStrategyOptions;

    private sealed class LimitedException(TimeSpan? retryAfter) : Exception("The limit is reached.")
    {
        public TimeSpan? RetryAfter => retryAfter;
    }

    private sealed class LimitStrategy(RateLimiter limiter) : ResilienceStrategy
    {
        protected override async ValueTask<Outcome<TResult>> ExecuteCore<TResult, TState>(
            Func<ResilienceContext, TState, ValueTask<Outcome<TResult>>> callback, ResilienceContext context, TState state)
        {
            using RateLimitLease lease = await limiter.AcquireAsync(1, context.CancellationToken);
            if (lease.IsAcquired) return await callback(context, state);
            return Outcome.FromException<TResult>(new LimitedException(lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan time) ? time : null));
        }
    }
}
