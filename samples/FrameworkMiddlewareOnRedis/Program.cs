// ASP.NET Core's own UseRateLimiter with limits that live in Redis: two instances of the app share them.
// Run it with a Redis: it starts both instances, asks each 10 times, and says what came of it and what it cost.
// With 'serve' after the address it starts one and stays: curl -i http://127.0.0.1:5000/
using System.Globalization;
using System.Threading.RateLimiting;
using Headgate;
using Headgate.Redis;

string address = args.Length > 0 ? args[0] : "127.0.0.1:6379";

// Room for a machine that is busy with other things: a sample is not to fail for a time-out of 100 ms.
await using RedisStore store = await RedisStore.ConnectAsync(
    address, new RedisStoreOptions { KeyPrefix = "hg-sample", Timeout = TimeSpan.FromSeconds(5), FailureMode = FailureMode.Closed });
RedisHealth health = await store.CheckHealthAsync();
if (!health.IsReachable)
{
    Console.Error.WriteLine($"No Redis at {address.Split(',')[0]}. {health.LastError}");
    Console.Error.WriteLine("Start one with 'redis-server --port 6379', or name another: dotnet run --project samples/FrameworkMiddlewareOnRedis -- host:port");
    return 1;
}

// One limiter for each limit, made once.
Limiter everybody = new(Limit.TokenBucket(capacity: 1000, Rate.PerDay(1)) with { Name = "everybody" }, store, new LimiterOptions { Name = "global" });
Limiter perClient = new(Limit.TokenBucket(capacity: 12, Rate.PerHour(12)) with { Name = "per-client" }, store, new LimiterOptions { Name = "api" });

if (args.Length > 1)
{
    await using WebApplication served = Build("http://127.0.0.1:5000");
    await served.RunAsync();
    return 0;
}

await everybody.ResetAsync("all");
await perClient.ResetAsync("127.0.0.1");
await using WebApplication first = Build("http://127.0.0.1:0");
await using WebApplication second = Build("http://127.0.0.1:0");
await first.StartAsync();
await second.StartAsync();

using HttpClient client = new();
int admitted = 0;
string? retryAfter = null;
for (int i = 0; i < 20; i++)
{
    using HttpResponseMessage answer = await client.GetAsync(new Uri((i % 2 == 0 ? first : second).Urls.First()));
    if (answer.IsSuccessStatusCode) admitted++;
    else retryAfter ??= answer.Headers.RetryAfter?.ToString();
}

// A request that the endpoint's limit refuses gives the global permit back, when its answer has left already.
long spent = 0;
for (int i = 0; i < 100 && (spent = 1000 - (await everybody.PeekAsync("all")).Remaining) != admitted; i++) await Task.Delay(50);
Console.WriteLine($"two instances let {admitted} of 20 requests through, and the limit is {perClient.Limit.ToString()}");
Console.WriteLine($"the refused were told to come back after {retryAfter} s, a permit's time");
Console.WriteLine($"the global limit was charged {spent} times");
return admitted == 12 && spent == 12 ? 0 : 1;

WebApplication Build(string url)
{
    WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.UseUrls(url);
    builder.Services.AddRateLimiter(options =>
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.GlobalLimiter = everybody.AsPartitionedRateLimiter<HttpContext>(_ => "all", new() { HasRun = context => context.Items.ContainsKey("ran") });
        options.AddPolicy("per-client", context => perClient.AsRateLimitPartition(context.Connection.RemoteIpAddress?.ToString() ?? ""));
        options.OnRejected = (rejected, _) =>
        {
            // Whole seconds, rounded up: a second too early would be refused again.
            if (rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan time))
                rejected.HttpContext.Response.Headers.RetryAfter = Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return ValueTask.CompletedTask;
        };
    });
    WebApplication app = builder.Build();
    app.UseRateLimiter();
    // What comes past the limits has run; the limits give back what was taken for anything else.
    app.Use((context, next) =>
    {
        context.Items["ran"] = true;
        return next(context);
    });
    app.MapGet("/", () => "hello").RequireRateLimiting("per-client");
    return app;
}
