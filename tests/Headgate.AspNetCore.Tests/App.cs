using System.Net;
using Headgate.Conformance;
using Headgate.Extensions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Tests;

/// <summary>An application on Kestrel, on a free port of the loopback address, whose limits run on a clock that the test sets.</summary>
internal sealed class App : IAsyncDisposable
{
    private readonly WebApplication _app;

    private App(WebApplication app, FakeClock clock, LogLines log)
    {
        _app = app;
        Clock = clock;
        Log = log;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = NewClient();
    }

    public FakeClock Clock { get; }

    public LogLines Log { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public IRateLimitPolicies Policies => Services.GetRequiredService<IRateLimitPolicies>();

    /// <summary>Builds and starts an application.</summary>
    /// <param name="headgate">Policies, store, options.</param>
    /// <param name="pipeline">The pipeline and endpoints; it says UseHeadgate itself.</param>
    /// <param name="services">Other services.</param>
    /// <param name="protocols">HTTP/1.1 by default; HTTP/2 without TLS where asked.</param>
    public static async Task<App> StartAsync(Action<HeadgateBuilder> headgate, Action<WebApplication> pipeline,
        Action<WebApplicationBuilder>? services = null, HttpProtocols protocols = HttpProtocols.Http1)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        FakeClock clock = new();
        LogLines log = new();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddHeadgate(headgate);
        services?.Invoke(builder);
        WebApplication app = builder.Build();
        try
        {
            pipeline(app);
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new App(app, clock, log);
    }

    /// <summary>A client with connections of its own.</summary>
    public HttpClient NewClient(bool http2 = false) => new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = Address,
        Timeout = TimeSpan.FromSeconds(60),
        DefaultRequestVersion = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public async Task<HttpStatusCode> GetAsync(string path)
    {
        using HttpResponseMessage response = await Client.GetAsync(new Uri(path, UriKind.Relative));
        return response.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
