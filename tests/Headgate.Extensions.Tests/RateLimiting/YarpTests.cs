using System.Net;
using Headgate.Redis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace Headgate.Extensions.Tests.RateLimiting;

/// <summary>YARP with a route whose RateLimiterPolicy names a policy of the framework that is a Headgate limit.</summary>
public sealed class YarpTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_route_lets_through_what_its_policy_allows_and_each_request_costs_one(bool onRedis)
    {
        await using RedisStore? redis = onRedis ? await TestRedis.StoreAsync() : null;
        using MemoryStore memory = new();
        Limiter five = new(Limit.TokenBucket(5, Rate.PerHour(1)), (IRateLimitStore?)redis ?? memory);
        await using WebApplication backend = await StartAsync(_ => { }, app => app.MapGet("/{**rest}", () => "from behind"));
        await using WebApplication proxy = await StartAsync(
            services =>
            {
                services.AddReverseProxy().LoadFromMemory(
                    [new RouteConfig { RouteId = "all", ClusterId = "backend", RateLimiterPolicy = "per-client", Match = new RouteMatch { Path = "/{**rest}" } }],
                    [new ClusterConfig { ClusterId = "backend", Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = backend.Urls.First() } } }]);
                services.AddRateLimiter(options =>
                {
                    options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
                    options.AddPolicy("per-client", context => five.AsRateLimitPartition(context.Connection.RemoteIpAddress!.ToString()));
                });
            },
            app =>
            {
                app.UseRateLimiter();
                app.MapReverseProxy();
            });
        using HttpClient client = new() { BaseAddress = new Uri(proxy.Urls.First()) };
        List<HttpStatusCode> answers = [];
        for (int i = 0; i < 8; i++)
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri("/x", UriKind.Relative), TestContext.Current.CancellationToken);
            answers.Add(answer.StatusCode);
        }

        Assert.Equal([.. Enumerable.Repeat(HttpStatusCode.OK, 5), .. Enumerable.Repeat(HttpStatusCode.TooManyRequests, 3)], answers);
    }

    private static async Task<WebApplication> StartAsync(Action<IServiceCollection> services, Action<WebApplication> routes)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        services(builder.Services);
        WebApplication app = builder.Build();
        routes(app);
        await app.StartAsync();
        return app;
    }
}
