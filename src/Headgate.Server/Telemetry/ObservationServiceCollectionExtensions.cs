using System.Runtime.CompilerServices;
using Headgate.Redis;
using Headgate.Server.Changes;
using Headgate.Server.Health;
using Headgate.Server.Metrics;
using Headgate.Server.OpenApi;
using Headgate.Server.Statistics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Server.Telemetry;

/// <summary>What tells how the service is and what it does.</summary>
internal static class ObservationServiceCollectionExtensions
{
    public static IServiceCollection AddHeadgateObservation(this IServiceCollection services, ServeOptions options)
    {
        services.AddSingleton<DataFolderHealth>();
        services.AddSingleton<DecisionTraces>();
        services.AddSingleton<HealthRoutes>();
        services.AddSingleton<MetricsRoutes>();
        services.AddSingleton<PrometheusExporter>();
        services.AddSingleton<ReadinessBoard>();
        services.AddSingleton<ServiceInstruments>();
        services.AddSingleton<StatisticsRoutes>();
        services.AddSingleton(s => new StoreHealth(s.GetRequiredService<ConfigBook>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<IRateLimitStore>() as IRedisHealthSource));
        services.AddSingleton<TenantLabels>();
        services.AddSingleton<TenantStatistics>();
        services.AddHostedService<StartBanner>();
        if (OtlpTarget.IsOn(options, Environment.GetEnvironmentVariable)) AddOtlp(services);
        return services;
    }

    /// <summary>To be first in the pipeline.</summary>
    public static void UseObservation(this WebApplication app, ServeOptions options)
    {
        if (OtlpTarget.IsOn(options, Environment.GetEnvironmentVariable)) app.UseMiddleware<RequestTraceTags>();
    }

    /// <summary>Maps the routes. From here on is measured.</summary>
    public static void MapObservation(this WebApplication app)
    {
        IServiceProvider services = app.Services;
        ServiceInstruments instruments = services.GetRequiredService<ServiceInstruments>();
        app.Lifetime.ApplicationStarted.Register(() => instruments.FollowChanges(services.GetRequiredService<ConfigBook>()));
        services.GetRequiredService<HealthRoutes>().Map(app, app.Lifetime);
        services.GetRequiredService<MetricsRoutes>().Map(app);
        services.GetRequiredService<StatisticsRoutes>().Map(app);
        DocsRoutes.Map(app);
        OpenApiRoutes.Map(app);
    }

    /// <summary>A method of its own, so that nothing of OpenTelemetry is loaded where it is not called.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddOtlp(IServiceCollection services)
    {
        OtlpExport.TagRequests();
        services.AddHostedService<OtlpExport>();
    }
}
