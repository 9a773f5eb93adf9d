using System.Net;
using System.Text;
using System.Text.Json;
using Headgate.Conformance;
using Headgate.Server.Changes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Server.Tests;

/// <summary>The service on a free port of the loopback address, in this process, on a clock that the test sets.</summary>
internal sealed class Service : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Service(WebApplication app, FakeClock clock, LogLines log)
    {
        _app = app;
        Clock = clock;
        Log = log;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public FakeClock Clock { get; }

    public LogLines Log { get; }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public ConfigBook Book => Services.GetRequiredService<ConfigBook>();

    /// <summary>Builds and starts the service.</summary>
    /// <param name="options">Settings; the address is always a free port of this machine.</param>
    /// <param name="customise">Changes to services before it is built.</param>
    /// <param name="clock">A clock that outlives this instance.</param>
    public static async Task<Service> StartAsync(ServeOptions? options = null, Action<WebApplicationBuilder>? customise = null, FakeClock? clock = null)
    {
        clock ??= new FakeClock();
        LogLines log = new();
        WebApplication app = HeadgateServer.Create((options ?? new ServeOptions()) with { Urls = "http://127.0.0.1:0" }, builder =>
        {
            builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
            builder.Services.AddSingleton<TimeProvider>(clock);
            customise?.Invoke(builder);
        });
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new Service(app, clock, log);
    }

    /// <summary>Sends a body as JSON and returns the status and the answer's JSON (undefined if it has none).</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage response = await Client.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone());
    }

    public Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json);

    public Task<(HttpStatusCode Status, JsonElement Body)> PutAsync(string path, string json) => SendAsync(HttpMethod.Put, path, json);

    public Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>Stops in good order, as SIGTERM does.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
