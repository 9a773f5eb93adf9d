using Headgate.Conformance;
using Headgate.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Client.Tests.Servers;

/// <summary>The real service on a free port of the loopback address, in this process, on a clock that the test sets.</summary>
internal sealed class LiveService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<IDisposable> _clients = [];

    private LiveService(WebApplication app, FakeClock clock)
    {
        _app = app;
        Clock = clock;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public FakeClock Clock { get; }

    public Uri Address { get; }

    public static async Task<LiveService> StartAsync(string? urls = null)
    {
        FakeClock clock = new();
        WebApplication app = HeadgateServer.Create(new ServeOptions { Urls = urls ?? "http://127.0.0.1:0" }, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton<TimeProvider>(clock);
        });
        await app.StartAsync();
        return new LiveService(app, clock);
    }

    /// <summary>A client of this service that is patient with a busy machine, unless the test says otherwise.</summary>
    public HeadgateClient NewClient(Action<HeadgateClientOptions>? configure = null)
    {
        HeadgateClientOptions options = new() { Endpoints = { Address }, Timeout = TimeSpan.FromSeconds(60), ConfigurationTimeout = TimeSpan.FromSeconds(60), DenyCacheSize = 0 };
        configure?.Invoke(options);
        HttpClient http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
        HeadgateClient client = new(http, options);
        _clients.Add(client);
        _clients.Add(http);
        return client;
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (IDisposable client in _clients) client.Dispose();
        await _app.DisposeAsync();
    }
}
