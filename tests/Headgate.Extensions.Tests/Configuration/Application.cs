using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Extensions.Tests.Configuration;

/// <summary>Services with Headgate, and what they logged.</summary>
internal sealed class Application : ILoggerProvider
{
    private readonly ServiceProvider _services;

    public Application(Action<HeadgateBuilder> configure, Action<IServiceCollection>? more = null)
    {
        ServiceCollection services = new();
        services.AddLogging(logging => logging.AddProvider(this));
        services.AddHeadgate(configure);
        more?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public ConcurrentQueue<string> Log { get; } = [];

    public IRateLimitPolicies Policies => _services.GetRequiredService<IRateLimitPolicies>();

    public IServiceProvider Services => _services;

    public static string Yaml(long permits, string name = "api") => $"policies: {{ {name}: {{ limits: 'fixed_window(permits={permits}, window=365d)' }} }}";

    public long Permits(string policy = "api") => Policies.Find(policy)?.Limit is FixedWindowLimit window ? window.Permits : 0;

    /// <summary>Waits for something that happens soon; the patience is for busy machines.</summary>
    public static async Task EventuallyAsync(Func<bool> condition, string what)
    {
        for (int i = 0; !condition(); i++)
        {
            Assert.True(i < 1_500, $"waited for 30 s: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask EndAsync() => await _services.DisposeAsync();

    ILogger ILoggerProvider.CreateLogger(string categoryName) => new Logger(this, categoryName);

    void IDisposable.Dispose()
    {
    }

    private sealed class Logger(Application application, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            application.Log.Enqueue($"{logLevel} {category} {eventId.Name} {formatter(state, exception)} {exception}");
    }
}
