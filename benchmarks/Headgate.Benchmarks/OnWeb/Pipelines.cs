using System.Net;
using System.Threading.RateLimiting;
using Headgate.AspNetCore;
using Headgate.Cli.Bench.Measuring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Benchmarks.OnWeb;

/// <summary>The same endpoint behind one middleware or the other.</summary>
internal static class Pipelines
{
    private const string Policy = "per-client";
    private const int Plenty = 1_000_000_000;

    public static Subject Headgate(bool fields, bool admits)
    {
        ServiceCollection services = new();
        services.AddLogging().AddMetrics();
        services.AddHeadgate(h => h
            .AddPolicy(Policy, admits ? Limit.TokenBucket(Plenty, Rate.PerSecond(100_000_000)) : Limit.TokenBucket(1, Rate.PerDay(1)))
            .ConfigureHttp(o => o with { Answers = new AnswerOptions { RateLimitFields = fields } }));
        return Build(services, app => app.UseHeadgate(), new HeadgateAttribute(Policy));
    }

    public static Subject Framework(bool admits)
    {
        ServiceCollection services = new();
        services.AddLogging().AddMetrics();
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.AddPolicy(Policy, context => RateLimitPartition.GetTokenBucketLimiter(context.Connection.RemoteIpAddress, _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = admits ? Plenty : 1,
                TokensPerPeriod = admits ? 10_000_000 : 1,
                ReplenishmentPeriod = admits ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromDays(1),
            }));
        });
        return Build(services, app => app.UseRateLimiter(), new EnableRateLimitingAttribute(Policy));
    }

    private static Subject<Request> Build(ServiceCollection services, Action<ApplicationBuilder> use, object metadata)
    {
        ServiceProvider provider = services.BuildServiceProvider();
        ApplicationBuilder app = new(provider);
        use(app);
        app.Run(static context =>
        {
            context.Items = Reached;
            return Task.CompletedTask;
        });
        DefaultHttpContext context = new() { RequestServices = provider };
        context.Connection.RemoteIpAddress = IPAddress.Parse("203.0.113.7");
        context.Request.Method = "GET";
        context.Request.Path = "/";
        context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(metadata), "/"));
        return new Subject<Request>(new Request(app.Build(), context), provider);
    }

    /// <summary>Set by the endpoint, so that a request that did not reach it is told from one that did.</summary>
    private static readonly Dictionary<object, object?> Reached = [];

    private static readonly Dictionary<object, object?> NotYet = [];

    private readonly struct Request(RequestDelegate pipeline, DefaultHttpContext context) : IOperation
    {
        private readonly RequestDelegate _pipeline = pipeline;
        private readonly DefaultHttpContext _context = context;

        public bool Decide(string key)
        {
            DefaultHttpContext context = _context;
            context.Items = NotYet!;
            context.Response.Headers.Clear();
            context.Response.StatusCode = StatusCodes.Status200OK;
            context.Features.Set<IHeadgateFeature>(null);
            Task done = _pipeline(context);
            return done.IsCompletedSuccessfully ? ReferenceEquals(context.Items, Reached) : throw new InvalidOperationException("A request was not answered at once.", done.Exception);
        }
    }
}
