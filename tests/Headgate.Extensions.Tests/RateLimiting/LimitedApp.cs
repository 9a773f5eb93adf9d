using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Logging;

namespace Headgate.Extensions.Tests.RateLimiting;

/// <summary>An application on Kestrel with ASP.NET Core's own middleware. Its one endpoint, <c>/</c>, has the policy "endpoint".</summary>
internal sealed class LimitedApp : IAsyncDisposable
{
    private static readonly object Ran = new();
    private readonly WebApplication _app;
    private int _handled;

    private LimitedApp(WebApplication app) => _app = app;

    public HttpClient Client { get; } = new();

    /// <summary>Requests that got past the limits.</summary>
    public int Handled => Volatile.Read(ref _handled);

    /// <summary>What an application passes as HasRun: true once the request is past the middleware.</summary>
    public static bool HasRun(HttpContext context) => context.Items.ContainsKey(Ran);

    public static async Task<LimitedApp> StartAsync(Action<RateLimiterOptions> configure, Func<HttpContext, Task>? handler = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            configure(options);
        });
        WebApplication app = builder.Build();
        LimitedApp limited = new(app);
        app.UseRateLimiter();
        app.Use((context, next) =>
        {
            context.Items[Ran] = true;
            Interlocked.Increment(ref limited._handled);
            return next(context);
        });
        app.MapGet("/", handler ?? (context => context.Response.WriteAsync("ok"))).RequireRateLimiting("endpoint");
        await app.StartAsync();
        limited.Client.BaseAddress = new Uri(app.Urls.First());
        return limited;
    }

    public async Task<HttpStatusCode> GetAsync()
    {
        using HttpResponseMessage answer = await Client.GetAsync(new Uri("/", UriKind.Relative));
        return answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
