using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Headgate.AspNetCore.Observability;

/// <summary>What reports on requests, in an application's services.</summary>
internal static class ObservabilityServices
{
    /// <summary>Adds <see cref="RequestTelemetry"/>, <see cref="Refusals"/> and <see cref="IRefusedKeys"/>, once however often it is called.</summary>
    public static IServiceCollection AddRequestObservability(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton(provider => new StoreOutage(Logger(provider), Clock(provider)));
        services.TryAddSingleton(provider =>
            new RequestTelemetry(provider.GetRequiredService<IMeterFactory>(), Clock(provider), provider.GetRequiredService<StoreOutage>()));
        services.TryAddSingleton(provider => new RefusedKeys(Clock(provider)));
        services.TryAddSingleton<IRefusedKeys>(provider => provider.GetRequiredService<RefusedKeys>());
        services.TryAddSingleton(provider => new RefusalLog(Logger(provider), Clock(provider)));
        services.TryAddSingleton(provider => new Refusals(
            provider.GetRequiredService<RequestTelemetry>(), provider.GetRequiredService<RefusedKeys>(), provider.GetRequiredService<RefusalLog>()));
        return services;
    }

    private static ILogger Logger(IServiceProvider provider) =>
        provider.GetRequiredService<ILoggerFactory>().CreateLogger(HeadgateAspNetCoreDiagnostics.LogCategory);

    private static TimeProvider Clock(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;
}
