using Headgate.Server.Access;
using Headgate.Server.Changes;
using Headgate.Server.Counters;
using Headgate.Server.Decisions;
using Headgate.Server.Hosting;
using Headgate.Server.Load;
using Headgate.Server.Settings;
using Headgate.Server.Statistics;
using Headgate.Server.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Headgate.Server;

/// <summary>The parts of the decision service.</summary>
internal static class HeadgateServerServiceCollectionExtensions
{
    public static IServiceCollection AddHeadgateServer(this IServiceCollection services, ServeOptions options)
    {
        ServeOptions given = options;
        options = StoreOfFile.AddTo(options);
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        HeadgateBuilderOf(services, given);
        services.AddHeadgateCounters(options);
        services.AddHeadgateHosting(options);
        services.AddHeadgateConfiguration(options);
        services.AddHeadgateAccess(options);
        services.AddSingleton<LoadControl>();
        services.AddSingleton<ILoadFigures>(static provider => provider.GetRequiredService<LoadControl>());
        services.AddSingleton<Decider>();
        services.AddSingleton<BatchRoute>();
        services.AddSingleton<CheckRoute>();
        services.AddSingleton<CheckRoutes>();
        services.AddSingleton<DecisionDoor>();
        services.AddSingleton<HeldRoutes>();
        services.AddSingleton<JointRoute>();
        services.AddSingleton<StatusRoute>();
        services.AddHeadgateObservation(options);
        services.AddHeadgateSettings();
        return services;
    }

    private static void HeadgateBuilderOf(IServiceCollection services, ServeOptions options)
    {
        Headgate.Extensions.HeadgateBuilder headgate = services.AddHeadgate();
        if (options.ConfigFile is { } file) headgate.AddConfigurationFile(file);
        if (options.Redis is { } redis) headgate.UseRedisAbove(redis);
        else headgate.UseRedis();
    }
}
