using System.Diagnostics.Metrics;
using Headgate.AspNetCore.Observability;
using Headgate.AspNetCore.Requests;
using Headgate.Extensions.Policies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.AspNetCore;

/// <summary>What the parts of the front share in one application: options, telemetry, and who was refused. Thread-safe.</summary>
internal sealed class HeadgateServices : IDisposable
{
    private readonly ServiceProvider _parts;

    private HeadgateServices(IServiceProvider services, RateLimitPolicies policies)
    {
        Policies = policies;
        Options = services.GetService<HeadgateOptions>() ?? new HeadgateOptions();
        Loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        ServiceCollection parts = new();
        parts.AddSingleton(services.GetService<TimeProvider>() ?? TimeProvider.System).AddSingleton(Loggers);
        if (services.GetService<IMeterFactory>() is { } meters) parts.AddSingleton(meters);
        _parts = parts.AddRequestObservability().BuildServiceProvider();
        Telemetry = _parts.GetRequiredService<RequestTelemetry>();
        Refusals = _parts.GetRequiredService<Refusals>();
        RefusedKeys = _parts.GetRequiredService<IRefusedKeys>();
        Settlement = new Settlement(Loggers.CreateLogger<Settlement>());
    }

    public RateLimitPolicies Policies { get; }

    public HeadgateOptions Options { get; }

    public ILoggerFactory Loggers { get; }

    public RequestTelemetry Telemetry { get; }

    public Refusals Refusals { get; }

    /// <summary>Who was refused most.</summary>
    public IRefusedKeys RefusedKeys { get; }

    public Settlement Settlement { get; }

    /// <summary>How often the middleware stands in the pipeline and its branches.</summary>
    public int Uses { get; set; }

    /// <exception cref="InvalidOperationException">Headgate was not added to the services.</exception>
    public static HeadgateServices Of(IServiceProvider services)
    {
        RateLimitPolicies policies = services.GetService<RateLimitPolicies>()
            ?? throw new InvalidOperationException("Headgate is not among the services. Call builder.Services.AddHeadgate(...) before the application is built.");
        return policies.FrontOf(() => new HeadgateServices(services, policies));
    }

    public void Dispose() => _parts.Dispose();
}
