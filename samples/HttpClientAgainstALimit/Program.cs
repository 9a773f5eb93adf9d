// An API that admits 20 requests a second and bursts of 20, and three clients of it. The first knows nothing of the limit and runs into it. The second
// keeps to a limit of its own, below the API's. The third has hardly a limit and heeds what the API says in its answers.
using System.Globalization;
using System.Net;
using Headgate;
using Headgate.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using MemoryStore store = new();
await using WebApplication api = await StartApiAsync(new Limiter(Limit.TokenBucket(20, Rate.PerSecond(20)), store));
Uri address = new(api.Urls.First());

ServiceCollection services = new();
services.AddHttpClient("careless", client => client.BaseAddress = address);
services.AddHttpClient("careful", client => client.BaseAddress = address)
    .AddHeadgate(Limit.TokenBucket(5, Rate.PerSecond(10)));
services.AddHttpClient("attentive", client => client.BaseAddress = address)
    .AddHeadgate(Limit.TokenBucket(1000, Rate.PerSecond(1000)));
await using ServiceProvider provider = services.BuildServiceProvider();
IHttpClientFactory clients = provider.GetRequiredService<IHttpClientFactory>();

Report("careless", await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => AskAsync("careless"))));
Report("careful", await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => AskAsync("careful"))));

// One after another: what an answer says can only be heeded by requests that come after it.
List<Answer> heard = [];
for (int i = 0; i < 30; i++) heard.Add(await AskAsync("attentive"));
Report("attentive", heard);

async Task<Answer> AskAsync(string name)
{
    using HttpClient client = clients.CreateClient(name);
    using HttpResponseMessage response = await client.GetAsync(new Uri($"/?client={name}", UriKind.Relative));
    if (HeadgateRefusal.Of(response) is not null) return Answer.NotSent;
    return response.StatusCode == HttpStatusCode.TooManyRequests ? Answer.Refused : Answer.Served;
}

static void Report(string name, IReadOnlyList<Answer> answers) => Console.WriteLine(
    $"{name}: {answers.Count(a => a == Answer.Served)} of {answers.Count} served, {answers.Count(a => a == Answer.Refused)} refused by the API");

static async Task<WebApplication> StartApiAsync(Limiter limiter)
{
    WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.UseUrls("http://127.0.0.1:0");
    WebApplication app = builder.Build();
    app.MapGet("/", (HttpContext context, string client) =>
    {
        Decision decision = limiter.Acquire(client);
        // "So many left, to be spent within so many seconds": with none left, the time after which to come back.
        context.Response.Headers["RateLimit"] = $"\"api\";r={decision.Remaining};t=1";
        if (decision.IsAllowed) return Results.Text("ok");
        context.Response.Headers.RetryAfter = Math.Ceiling(decision.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Results.StatusCode(StatusCodes.Status429TooManyRequests);
    });
    await app.StartAsync();
    return app;
}

internal enum Answer
{
    Served,
    Refused,
    NotSent,
}
