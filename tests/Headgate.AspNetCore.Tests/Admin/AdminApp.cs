using System.Text;
using System.Text.Json;
using Headgate.Conformance;
using Headgate.Extensions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Tests.Admin;

/// <summary>An application with admin endpoints on a free port of Kestrel, and a client of it.</summary>
internal sealed class AdminApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AdminApp(WebApplication app, Lines lines, FakeClock clock)
    {
        _app = app;
        Log = lines;
        Clock = clock;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public FakeClock Clock { get; }

    /// <summary>What the category of the admin endpoints logged.</summary>
    public Lines Log { get; }

    public IServiceProvider Services => _app.Services;

    public IRateLimitPolicies Policies => _app.Services.GetRequiredService<IRateLimitPolicies>();

    /// <summary>An application that is not started: one policy, <c>api</c>, of 10 tokens, 1 a second, by user, else address.</summary>
    public static (WebApplication App, Lines Log, FakeClock Clock) Build(Action<WebApplicationBuilder>? configure = null, string url = "http://127.0.0.1:0", string[]? arguments = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(arguments ?? []);
        FakeClock clock = new();
        Lines lines = new();
        builder.Services.AddRouting();
        builder.Logging.ClearProviders().AddProvider(lines);
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddHeadgate().AddPolicy("api", Limit.TokenBucket(10, Rate.PerSecond(1)), policy => policy with { Key = KeySelector.Parse("user", "ip") });
        if (url.Length > 0) builder.WebHost.UseUrls(url);
        configure?.Invoke(builder);
        return (builder.Build(), lines, clock);
    }

    public static async Task<AdminApp> StartAsync(Action<WebApplicationBuilder>? configure = null, Action<WebApplication>? map = null)
    {
        (WebApplication app, Lines lines, FakeClock clock) = Build(configure);
        if (map is null) app.MapHeadgateAdmin();
        else map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new AdminApp(app, lines, clock);
    }

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? json = null, string type = "application/json", params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, type);
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage response = await Client.SendAsync(request, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
    }

    public Task<(int Status, JsonElement Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<(int Status, JsonElement Body)> PostAsync(string path, string? json = null) => SendAsync(HttpMethod.Post, path, json);

    public Task<(int Status, JsonElement Body)> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <summary>Takes permits as the application's own code would.</summary>
    public async Task<Decision> TakeAsync(string key, long cost = 1, string policy = "api") =>
        await Policies.AcquireAsync(policy, key, cost, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    /// <summary>Keeps the lines of one category.</summary>
    public sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly List<string> _all = [];

        public IReadOnlyList<string> All
        {
            get
            {
                lock (_all) return [.. _all];
            }
        }

        public ILogger CreateLogger(string categoryName) =>
            categoryName == "Headgate.AspNetCore.Admin" ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_all) _all.Add($"{logLevel} {eventId.Name}: {formatter(state, exception)}");
        }

        public void Dispose()
        {
        }
    }
}
